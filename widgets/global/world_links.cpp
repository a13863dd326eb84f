#include "widgets/global/world_links.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "widgets/base/changes_behind.h"
#include "widgets/base/format.h"

namespace orrery::widgets {
namespace {

using Links = std::map<std::pair<std::size_t, std::size_t>, WorldLink>;

std::optional<std::size_t> positionOf(const observe::Snapshot& snapshot, const std::string& name) {
    const auto found = std::ranges::find_if(
        snapshot.regions, [&name](const auto& region) { return region->name == name; });
    if (found == snapshot.regions.end()) return std::nullopt;
    return static_cast<std::size_t>(found - snapshot.regions.begin());
}

LinkDirection direction(const observe::Snapshot& snapshot, std::size_t from, std::size_t to) {
    LinkDirection result;
    result.from = toQString(snapshot.regions[from]->name);
    result.to = toQString(snapshot.regions[to]->name);
    return result;
}

Links linksOfTables(const observe::Snapshot& snapshot) {
    Links links;
    for (const observe::GlobalTableView& table : snapshot.globalTables) {
        std::vector<std::size_t> positions;
        for (const observe::GlobalReplicaView& replica : table.replicas)
            if (const auto position = positionOf(snapshot, replica.region))
                positions.push_back(*position);
        std::ranges::sort(positions);
        for (std::size_t i = 0; i < positions.size(); ++i)
            for (std::size_t j = i + 1; j < positions.size(); ++j) {
                WorldLink& link = links[{positions[i], positions[j]}];
                link.a = positions[i];
                link.b = positions[j];
                link.forth = direction(snapshot, link.a, link.b);
                link.back = direction(snapshot, link.b, link.a);
            }
    }
    return links;
}

/// Null if the two Regions have no global table in common.
LinkDirection* find(Links& links, const observe::Snapshot& snapshot, const std::string& from,
                    const std::string& to) {
    const auto a = positionOf(snapshot, from);
    const auto b = positionOf(snapshot, to);
    if (!a || !b) return nullptr;
    const auto found = links.find({std::min(*a, *b), std::max(*a, *b)});
    if (found == links.end()) return nullptr;
    return *a < *b ? &found->second.forth : &found->second.back;
}

void add(const observe::ReplicationPairView& pair, LinkDirection& to) {
    ++to.tables;
    to.pending += pair.pending;
    to.changes += pair.changes;
    to.lost += pair.lost;
    if (pair.latency) to.latency = std::max(to.latency.value_or(Duration::zero()), *pair.latency);
    if (pair.isPaused) ++to.pausedTables;
    if (!pair.isFilling) return;
    const double part =
        pair.total == 0
            ? 0
            : std::min(1.0, static_cast<double>(pair.done) / static_cast<double>(pair.total));
    to.filled = std::min(to.filled.value_or(1), part);
}

/// True while the replica at one of its ends is being removed.
bool isLeaving(const observe::Snapshot& snapshot, const observe::ReplicationPairView& pair) {
    for (const observe::GlobalTableView& table : snapshot.globalTables) {
        if (table.name != pair.table || table.accountId != pair.accountId) continue;
        for (const observe::GlobalReplicaView& replica : table.replicas)
            if ((replica.region == pair.from || replica.region == pair.to) &&
                replica.status == "DELETING")
                return true;
    }
    return false;
}

bool isRegionFault(const observe::FaultView& fault) {
    const observe::FaultSpec* spec = observe::findFaultSpec(fault.kind);
    return fault.active && spec != nullptr && spec->target != observe::FaultTarget::Zones;
}

bool concerns(const observe::FaultView& fault, const std::string& a, const std::string& b) {
    if (fault.regions.size() != 2)
        return fault.regions.empty() || fault.regions[0] == a || fault.regions[0] == b;
    return (fault.regions[0] == a && fault.regions[1] == b) ||
           (fault.regions[0] == b && fault.regions[1] == a);
}

HealableFault healable(const observe::FaultView& fault) {
    const observe::FaultSpec& spec = *observe::findFaultSpec(fault.kind);
    return {fault.id, spec.kind, toQString(observe::faultText(spec.shown, fault.target))};
}

/// Takes over what the fault adds to the delay of its link.
void slow(const observe::FaultView& fault, LinkDirection& direction) {
    if (!fault.active || fault.regions.size() != 2 ||
        fault.kind != observe::specOf(observe::FaultKind::RegionLinkSlow).name)
        return;
    const QString a = toQString(fault.regions[0]);
    const QString b = toQString(fault.regions[1]);
    if ((direction.from == a && direction.to == b) ||
        (!fault.oneWay && direction.from == b && direction.to == a))
        direction.slowBy = fault.delay;
}

/// Takes over what messages meet on the way.
void add(const observe::RegionLinkView& view, LinkDirection& to) {
    to.delay = view.delay;
    to.loss = view.loss;
    to.isCut = view.isCut;
    if (view.isPaused) to.pausedTables = std::max(to.pausedTables, to.tables);
}

void addFault(const observe::FaultView& fault, const observe::Snapshot& snapshot, Links& links) {
    if (!isRegionFault(fault)) return;
    for (auto& [positions, link] : links)
        if (concerns(fault, snapshot.regions[link.a]->name, snapshot.regions[link.b]->name))
            link.faults.push_back(healable(fault));
    for (auto& [positions, link] : links)
        for (LinkDirection* direction : {&link.forth, &link.back})
            slow(fault, *direction);
}

}  // namespace

QStringList LinkDirection::states() const {
    QStringList states;
    if (isCut) states << QStringLiteral("cut");
    if (isPaused())
        states << (pausedTables < tables
                       ? QStringLiteral("%1 of %2 tables paused").arg(pausedTables).arg(tables)
                       : QStringLiteral("paused"));
    if (slowBy && *slowBy > Duration::zero())
        states << QStringLiteral("slow by %1").arg(durationText(*slowBy));
    if (loss > 0) states << QStringLiteral("loses %1").arg(percentText(loss));
    if (leavingTables > 0)
        states
            << (leavingTables < tables
                    ? QStringLiteral("%1 of %2 tables being removed").arg(leavingTables).arg(tables)
                    : QStringLiteral("replica being removed"));
    if (filled)
        states << QStringLiteral("filling %1 %").arg(static_cast<int>(std::floor(*filled * 100)));
    return states;
}

QString LinkDirection::text() const {
    QStringList parts = states();
    if (tables == 0) parts << QStringLiteral("strongly consistent");
    if (tables > 0) parts << changesBehindText(pending);
    // What the last change took says nothing of a link that lets none through.
    if (latency && !isCut && !isPaused()) parts << durationText(*latency);
    return parts.join(QStringLiteral(" · "));
}

LinkDirection directionOf(const observe::Snapshot& snapshot,
                          const observe::ReplicationPairView& pair) {
    LinkDirection result;
    result.from = toQString(pair.from);
    result.to = toQString(pair.to);
    add(pair, result);
    if (isLeaving(snapshot, pair)) ++result.leavingTables;
    for (const observe::RegionLinkView& view : snapshot.regionLinks)
        if (view.from == pair.from && view.to == pair.to) add(view, result);
    for (const observe::FaultView& fault : snapshot.faults)
        slow(fault, result);
    return result;
}

std::vector<WorldLink> worldLinks(const observe::Snapshot& snapshot) {
    Links links = linksOfTables(snapshot);
    for (const observe::ReplicationPairView& pair : snapshot.replication)
        if (LinkDirection* to = find(links, snapshot, pair.from, pair.to)) {
            add(pair, *to);
            if (isLeaving(snapshot, pair)) ++to->leavingTables;
        }
    for (const observe::RegionLinkView& view : snapshot.regionLinks)
        if (LinkDirection* to = find(links, snapshot, view.from, view.to)) add(view, *to);
    for (const observe::FaultView& fault : snapshot.faults)
        addFault(fault, snapshot, links);
    std::vector<WorldLink> result;
    for (auto& [positions, link] : links)
        result.push_back(std::move(link));
    return result;
}

std::vector<HealableFault> regionFaults(const observe::Snapshot& snapshot,
                                        const std::string& region) {
    std::vector<HealableFault> result;
    for (const observe::FaultView& fault : snapshot.faults)
        if (isRegionFault(fault) && fault.regions.size() == 1 && fault.regions[0] == region)
            result.push_back(healable(fault));
    return result;
}

}  // namespace orrery::widgets
