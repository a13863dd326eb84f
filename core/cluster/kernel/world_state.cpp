#include "core/cluster/kernel/world_state.h"

#include <cerrno>

#include "core/base/check.h"
#include "core/storage/storage_error.h"

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

std::string zoneName(const RegionState& region, ZoneIndex zone) {
    return region.name + static_cast<char>('a' + zone.value());
}

storage::StorageError damagedTree(const Group& group, ZoneIndex zone, std::string_view what) {
    const char letter = static_cast<char>('a' + zone.value());
    return {"read", EBADMSG, "items.mdb",
            std::string(what) + " (partition " + std::to_string(group.id.value()) + ", zone " +
                letter + ") is corrupt in items.mdb. Writes are refused; " +
                std::string(storage::kRestoreOrRepair) + "."};
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

void WorldState::record(EventId id, observe::EventBody body) {
    // The hash gets the id too, so it also covers the number of details before this event.
    hash.add(id.value() << 8 | body.index());
    hash.add(static_cast<std::uint64_t>(now.sinceStart().count()));
    trace.add({id, queue.cause, now, std::move(body)});
}

std::optional<Instant> WorldState::arrivalOf(const Flight& flight) {
    const RegionId region = flight.from.region;
    return network.deliverAt(node(region, flight.from.zone), node(region, flight.to), now);
}

EventId WorldState::depart(Flight& flight, bool isLost) {
    const RegionId region = flight.from.region;
    flight.linkEpoch = network.epoch(node(region, flight.from.zone), node(region, flight.to));
    const EventId sent =
        emit(observe::MessageSent{flight.from, flight.to, flight.kind, flight.lsn});
    if (isLost) {
        const CauseScope scope(*this, sent);
        emit(observe::MessageDropped{flight.from, flight.to, flight.kind, flight.lsn});
    }
    return sent;
}

bool WorldState::arrives(const Flight& flight, std::uint64_t what) {
    const auto& [group, region, from] = flight.from;
    if (flight.linkEpoch != network.epoch(node(region, from), node(region, flight.to))) {
        emit(observe::MessageDropped{flight.from, flight.to, flight.kind, flight.lsn});
        return false;
    }
    const auto kind = static_cast<std::uint64_t>(flight.kind);
    hash.add(group.value() << 24 | kind << 16 | std::uint64_t{from.value()} << 8 |
             flight.to.value());
    hash.add(what);
    queue.cause =
        emit(observe::MessageDelivered{{group, region, flight.to}, from, flight.kind, flight.lsn});
    return true;
}

void WorldState::digest(std::uint64_t kind, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    hash.add(kind);
    hash.add(a);
    hash.add(b);
    hash.add(c);
}

void WorldState::noteChange(Group& group) {
    changedGroups.add(group.id);
}

void WorldState::touch(Group& group) {
    noteChange(group);
    group.gate = openTicket;
    dirtyGroups.add(group.id);
}

}  // namespace orrery::cluster
