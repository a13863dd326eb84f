#include "core/cluster/inspect/global_views.h"

#include <algorithm>
#include <utility>
#include <vector>

namespace orrery::cluster {
namespace {

std::string consistencyText(GlobalConsistency consistency) {
    switch (consistency) {
        case GlobalConsistency::Eventual:
            return "EVENTUAL";
        case GlobalConsistency::Strong:
            return "STRONG";
    }
    return "";
}

}  // namespace

void GlobalViews::tableChanged(KeySpaceId table) {
    if (m_world.catalog.globals().ofTable(table) != nullptr) {
        m_replicas.insert(table);
    } else {
        m_replicas.erase(table);
    }
}

GlobalViews::Globals GlobalViews::globals() const {
    Globals globals;
    for (const KeySpaceId replica : m_replicas) {
        const TablePtr table = m_world.catalog.find(replica);
        const GlobalTablePtr global = m_world.catalog.globals().ofTable(replica);
        if (table != nullptr && global != nullptr)
            globals.try_emplace({table->accountId, table->name, global->id}, global);
    }
    return globals;
}

void GlobalViews::show(observe::Snapshot& snapshot) const {
    for (const auto& from : m_world.regions) {
        for (const auto& to : m_world.regions)
            if (from->id != to->id) snapshot.regionLinks.push_back(link(*from, *to));
    }
    for (const auto& [name, global] : globals())
        addTable(*global, snapshot);
}

observe::RegionLinkView GlobalViews::link(const RegionState& from, const RegionState& to) const {
    const RegionLink link =
        m_world.regionLinkFaults.added(m_world.linkBetween(from.name, to.name), from.id, to.id);
    observe::RegionLinkView view;
    view.from = from.name;
    view.to = to.name;
    view.delay = link.delay;
    view.jitter = link.jitter;
    view.loss =
        static_cast<double>(link.loss.numerator) / static_cast<double>(link.loss.denominator);
    view.isCut = !m_world.regionNetwork.isConnected(from.id.value(), to.id.value());
    view.isPaused = m_world.replicationPauses.has(from.name, to.name, {});
    return view;
}

// --- one global table

void GlobalViews::addTable(const GlobalTable& global, observe::Snapshot& snapshot) const {
    observe::GlobalTableView view;
    view.id = global.id;
    view.consistency = consistencyText(global.consistency);
    std::vector<TablePtr> tables;
    for (const GlobalReplica& replica : global.replicas) {
        TablePtr table = m_world.catalog.find(replica.table);
        if (table == nullptr) continue;
        view.name = table->name;
        view.accountId = table->accountId;
        view.replicas.push_back(
            {table->regionName, std::string(statusText(replica.status)), replica.table});
        tables.push_back(std::move(table));
    }
    snapshot.globalTables.push_back(std::move(view));
    if (global.consistency != GlobalConsistency::Eventual) return;
    for (const TablePtr& from : tables) {
        for (const TablePtr& to : tables)
            if (from != to) snapshot.replication.push_back(pair(*from, *to));
    }
}

observe::ReplicationPairView GlobalViews::pair(const TableDescription& from,
                                               const TableDescription& to) const {
    observe::ReplicationPairView view;
    view.table = from.name;
    view.accountId = from.accountId;
    view.from = from.regionName;
    view.to = to.regionName;
    for (const GroupId id : m_world.partitions.ofSpace(from.space))
        view.pending += m_replication.sender.pending(*m_world.findGroup(id), to.space);
    const auto* taken = m_replication.receiver.taken(to.space, from.region);
    if (taken != nullptr) {
        view.changes = taken->changes;
        view.lost = taken->lost;
        view.latencySum = taken->latencySum;
        if (taken->changes > 0) view.latency = taken->latency;
    }
    view.isPaused = m_world.replicationPauses.has(from.regionName, to.regionName, from.name);
    addFill(from, to, view);
    return view;
}

void GlobalViews::addFill(const TableDescription& from, const TableDescription& to,
                          observe::ReplicationPairView& view) const {
    for (const JobId id : m_jobs.ofSpace(observe::JobKind::FillReplica, to.space)) {
        const Job& job = *m_jobs.find(id);
        const Group* source = m_world.findGroup(job.group);
        if (source == nullptr || source->table != from.space) continue;
        view.isFilling = true;
        view.done += job.done;
        view.total += std::max(job.done, job.total);
    }
}

}  // namespace orrery::cluster
