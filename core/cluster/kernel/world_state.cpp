#include "core/cluster/kernel/world_state.h"

#include "core/base/check.h"

namespace orrery::cluster {
namespace {

sim::NetworkDelays delaysOf(const Profile& profile) {
    sim::NetworkDelays delays;
    delays.intraZone.base = profile.withinZone;
    delays.interZone.base = profile.betweenZones;
    delays.interZone.jitter = profile.betweenZonesMean;
    return delays;
}

}  // namespace

WorldState::WorldState(storage::Store& onStore, const Profile& withProfile, std::uint64_t fromSeed,
                       std::size_t traceEvents, PlantedBug bug)
    : store(onStore),
      profile(withProfile),
      seed(fromSeed),
      plantedBug(bug),
      recorder(queue, now, traceEvents),
      network(fromSeed, delaysOf(withProfile)),
      post(network, queue, recorder, now) {}

void WorldState::setProfile(const Profile& newProfile) {
    profile = newProfile;
    network.setDelays(delaysOf(profile));
}

RegionState* WorldState::findRegion(std::string_view name) const {
    for (const auto& region : regions) {
        if (region->name == name) return region.get();
    }
    return nullptr;
}

RegionState& WorldState::addRegion(std::string name) {
    CHECK(regions.size() < kRegionsMax);
    auto region = std::make_unique<RegionState>();
    region->id = RegionId(static_cast<std::uint8_t>(regions.size()));
    region->name = std::move(name);
    for (const ZoneIndex zone : kZones) {
        const sim::NodeId added = network.addNode({region->id.value(), zone.value()});
        CHECK(added == nodeOf(region->id, zone));
    }
    regions.push_back(std::move(region));
    return *regions.back();
}

}  // namespace orrery::cluster
