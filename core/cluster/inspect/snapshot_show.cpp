#include <algorithm>
#include <utility>

#include "core/cluster/inspect/snapshot_builder.h"

// What a snapshot shows: the tables as last looked at, and sums over them.

namespace orrery::cluster {

observe::RegionViewPtr SnapshotBuilder::showRegion(const RegionState& state) {
    Region& region = m_regions[state.id.value()];
    std::array<observe::ZoneView, kZonesPerRegion> zones;
    for (const ZoneIndex zone : kZones) {
        observe::ZoneView& shown = zones[zone.value()];
        const Sums& sums = region.sums[zone.value()];
        const auto& lags = region.lags[zone.value()];
        shown.name = zoneName(state, zone);
        shown.up = state.up[zone.value()];
        shown.cutOff = isCutOff(state.id, zone);
        shown.leaders = sums.leaders;
        shown.replicas = sums.replicas;
        shown.lagRecords = sums.lagRecords;
        if (!lags.empty()) shown.lag = *lags.rbegin();
        showServing(state, zone, shown);
    }
    const Duration clockOffset =
        m_world.clockOf(state.id).sinceEpoch() - m_world.calendar().sinceEpoch();
    const bool same = region.shown && !region.listHasChanged;
    if (same && region.shown->zones == zones && region.shown->clockOffset == clockOffset)
        return region.shown;
    region.listHasChanged = false;
    region.shown = std::make_shared<observe::RegionView>(
        observe::RegionView{.id = state.id,
                            .name = state.name,
                            .zones = std::move(zones),
                            .tables = region.list.build(),
                            .place = observe::placeOf(state.name),
                            .clockOffset = clockOffset});
    return region.shown;
}

void SnapshotBuilder::showServing(const RegionState& state, ZoneIndex zone,
                                  observe::ZoneView& shown) {
    Region& region = m_regions[state.id.value()];
    const Sums& sums = region.sums[zone.value()];
    shown.writable = sums.writable;
    shown.stronglyReadable = sums.stronglyReadable;
    shown.readable = sums.readable;
    Instant& since = region.limitedSince[zone.value()];
    // A client that can write also finds a replica to read.
    if (sums.writable == sums.replicas && sums.stronglyReadable == sums.replicas) {
        since = Instant::never();
        return;
    }
    if (since == Instant::never()) since = m_world.now;
    shown.since = since;
    if (!shown.up) {
        shown.why = "the zone has failed";
    } else if (shown.cutOff) {
        shown.why = "no link to a leader that reaches a majority";
    } else {
        shown.why = "no leader that reaches a majority";
    }
}

// True if a link between this zone and another is cut, in either direction.
bool SnapshotBuilder::isCutOff(RegionId region, ZoneIndex zone) const {
    const auto node = nodeOf(region, zone);
    return std::ranges::any_of(kZones, [&](ZoneIndex other) {
        const auto peer = nodeOf(region, other);
        return m_world.network.isCut(node, peer) || m_world.network.isCut(peer, node);
    });
}

std::shared_ptr<observe::Snapshot> SnapshotBuilder::show(std::vector<observe::FaultView> faults,
                                                         const observe::Totals& totals) {
    while (m_regions.size() < m_world.regions.size())
        m_regions.emplace_back();
    auto snapshot = std::make_shared<observe::Snapshot>();
    snapshot->at = m_world.now;
    snapshot->profile = m_world.profile.name;
    snapshot->seed = m_world.seed;
    snapshot->clock.calendar = m_world.calendar();
    snapshot->clock.now = m_world.now;
    snapshot->faults = std::move(faults);
    snapshot->totals = totals;
    for (const auto& region : m_world.regions)
        snapshot->regions.push_back(showRegion(*region));
    m_globals.show(*snapshot);
    return snapshot;
}

}  // namespace orrery::cluster
