#include "core/cluster/kernel/world_state.h"

#include <utility>

#include "core/base/check.h"
#include "core/observe/region_places.h"

namespace orrery::cluster {
namespace {

sim::NetworkDelays delaysOf(const Profile& profile) {
    sim::NetworkDelays delays;
    delays.intraZone.base = profile.withinZone;
    delays.interZone.base = profile.betweenZones;
    delays.interZone.jitter = profile.betweenZonesMean;
    return delays;
}

// Each network has links of its own, so each draws from a seed of its own.
std::uint64_t seedOfRegions(std::uint64_t seed) {
    return Prng::stream(seed, "regions").below(UINT64_MAX);
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
      regionNetwork(seedOfRegions(fromSeed), {}),
      post({network, regionNetwork}, queue, recorder, now) {}

void WorldState::setProfile(const Profile& newProfile) {
    profile = newProfile;
    network.setDelays(delaysOf(profile));
    setLinks();
}

void WorldState::setRegionSettings(RegionSettings settings) {
    regionSettings = std::move(settings);
    setLinks();
}

void WorldState::setRegionLinkFaults(RegionLinkFaults faults) {
    const RegionLinkFaults before = std::exchange(regionLinkFaults, std::move(faults));
    for (const auto& from : regions) {
        for (const auto& to : regions) {
            if (!regionLinkFaults.isSame(before, from->id, to->id)) setLink(*from, *to);
        }
    }
}

RegionLink WorldState::linkBetween(std::string_view from, std::string_view to) const {
    const auto set = regionSettings.links.find({std::string(from), std::string(to)});
    if (set != regionSettings.links.end()) return set->second;
    RegionLink link;
    if (!profile.regionsAreApart) return link;
    link.delay = observe::delayBetweenRegions(from, to);
    link.jitter = link.delay / 20;
    return link;
}

void WorldState::setLinks() {
    for (const auto& from : regions)
        for (const auto& to : regions)
            setLink(*from, *to);
}

void WorldState::setLink(const RegionState& from, const RegionState& to) {
    if (from.id == to.id) return;
    const sim::NodeId a = from.id.value();
    const sim::NodeId b = to.id.value();
    const RegionLink link = regionLinkFaults.added(linkBetween(from.name, to.name), from.id, to.id);
    regionNetwork.setDelay(a, b, {link.delay, link.jitter});
    regionNetwork.setLoss(a, b, link.loss);
    if (regionLinkFaults.isCut(from.id, to.id)) {
        regionNetwork.cut(a, b);
    } else {
        regionNetwork.heal(a, b);
    }
}

CalendarTime WorldState::clockOf(RegionId id) const {
    const auto set = regionSettings.clockOffsets.find(region(id).name);
    const Duration offset =
        set == regionSettings.clockOffsets.end() ? Duration::zero() : set->second;
    return CalendarTime(calendar().sinceEpoch() + offset);
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
    const sim::NodeId node = regionNetwork.addNode({});
    CHECK(node == region->id.value());
    for (const auto& other : regions) {
        setLink(*region, *other);
        setLink(*other, *region);
    }
    regions.push_back(std::move(region));
    return *regions.back();
}

}  // namespace orrery::cluster
