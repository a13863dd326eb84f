#include "core/cluster/world_state.h"

#include "core/base/check.h"
#include "core/cluster/op.h"

namespace orrery::cluster {
namespace {

sim::NetworkDelays delaysOf(const Profile& profile) {
    sim::NetworkDelays delays;
    delays.intraZone.base = profile.withinZone;
    delays.interZone.base = profile.betweenZones;
    delays.interZone.jitter = profile.betweenZonesMean;
    return delays;
}

bool isDetail(const observe::EventBody& body) {
    return std::holds_alternative<observe::MessageSent>(body) ||
           std::holds_alternative<observe::MessageDelivered>(body) ||
           std::holds_alternative<observe::MessageDropped>(body) ||
           std::holds_alternative<observe::LogAppended>(body) ||
           std::holds_alternative<observe::LogCommitted>(body) ||
           std::holds_alternative<observe::LogApplied>(body) ||
           std::holds_alternative<observe::LeaseTaken>(body);
}

}  // namespace

std::string zoneName(const RegionState& region, ZoneIndex zone) {
    return region.name + static_cast<char>('a' + zone.value());
}

WorldState::WorldState(storage::Store& onStore, const Profile& withProfile, std::uint64_t fromSeed,
                       std::size_t traceEvents)
    : store(onStore),
      profile(withProfile),
      seed(fromSeed),
      network(fromSeed, delaysOf(withProfile)),
      trace(traceEvents) {
    setProfile(withProfile);
}

void WorldState::setProfile(const Profile& newProfile) {
    profile = newProfile;
    replicaOptions.lease = profile.lease;
    replicaOptions.renew = profile.renew;
    replicaOptions.electionDelay = profile.detection;
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
        CHECK(added == node(region->id, zone));
    }
    regions.push_back(std::move(region));
    return *regions.back();
}

EventId WorldState::emit(observe::EventBody body, EventId cause) {
    const EventId id(nextEvent++);
    hash.add(body.index());
    hash.add(static_cast<std::uint64_t>(now.sinceStart().count()));
    if (detailedTrace || !isDetail(body)) trace.add({id, cause, now, std::move(body)});
    return id;
}

void WorldState::digest(std::uint64_t kind, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    hash.add(kind);
    hash.add(a);
    hash.add(b);
    hash.add(c);
}

void WorldState::touch(Group& group) {
    group.gate = openTicket;
    if (group.stateDirty) return;
    group.stateDirty = true;
    dirtyGroups.push_back(group.id);
}

}  // namespace orrery::cluster
