#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/cluster/catalog/catalog.h"
#include "core/cluster/catalog/partition_map.h"
#include "core/cluster/catalog/profile.h"
#include "core/cluster/kernel/agenda.h"
#include "core/cluster/kernel/event_recorder.h"
#include "core/cluster/kernel/group.h"
#include "core/cluster/kernel/group_queue.h"
#include "core/cluster/kernel/planted_bug.h"
#include "core/cluster/kernel/post.h"
#include "core/cluster/kernel/regions.h"
#include "core/sim/network.h"
#include "core/storage/store.h"

namespace orrery::cluster {

/// What all parts of a world stand on: time, the agenda, the network, the store's open turn, and
/// the tables of Regions, groups and tables. What only one part needs is that part's own.
struct WorldState {
    WorldState(storage::Store& onStore, const Profile& withProfile, std::uint64_t fromSeed,
               std::size_t traceEvents, PlantedBug bug = PlantedBug::None);
    WorldState(const WorldState&) = delete;
    WorldState& operator=(const WorldState&) = delete;

    // --- what a world is made of: each part reads some of it

    storage::Store& store;
    Profile profile;           ///< Set by `setProfile`.
    const std::uint64_t seed;  ///< Each part draws from streams of its own, by name.
    const PlantedBug plantedBug;

    // --- time, and what is under way: every part adds to the agenda, most send and emit

    Instant now;
    /// calendar = instant + calendarOffset.
    Duration calendarOffset{};
    Agenda queue;
    EventRecorder recorder;
    sim::Network network;
    Post post;

    // --- the turn: whatever is stored, by any part, is stored with it

    storage::Turn turn;
    /// The ticket that the open turn will have: the gate of what it shows.
    storage::Ticket openTicket{1};

    // --- what went wrong: every part that reads from the store may find it, and all stop at it

    /// A failure of the machine: the turn is not committed and nothing runs any more.
    std::optional<storage::StorageError> failure;
    void fail(storage::StorageError error) {
        if (!failure) failure = std::move(error);
    }
    /// Bytes on disk that are not what was written, as first met. Unlike `failure` it stops
    /// nothing: what is sound is still read, but from then on this world refuses writes.
    std::optional<storage::StorageError> damage;
    /// A read met corrupt data or failed. The caller fails the request that needed it, without a
    /// retry, and continues.
    void reportDamage(storage::StorageError error) {
        if (!damage) damage = std::move(error);
    }

    // --- what there is: replicas, writes, routing and looks find their way by these tables

    Catalog catalog;
    PartitionMap partitions;
    std::vector<std::unique_ptr<RegionState>> regions;  ///< By id.
    std::vector<std::unique_ptr<Group>> groups;         ///< By id; null where there is none.
    /// Groups of which an inspector may see something new since it last looked. Replicas note the
    /// changes, and may not know of the inspector.
    GroupQueue changedGroups;

    /// Switches to the delays, leases and detection times of the profile.
    void setProfile(const Profile& newProfile);

    CalendarTime calendar() const { return CalendarTime(calendarOffset + now.sinceStart()); }
    Group* findGroup(GroupId id) const {
        return id.value() < groups.size() ? groups[id.value()].get() : nullptr;
    }
    RegionState& region(RegionId id) { return *regions[id.value()]; }
    const RegionState& region(RegionId id) const { return *regions[id.value()]; }
    RegionState* findRegion(std::string_view name) const;
    /// Adds a Region with its three network nodes.
    RegionState& addRegion(std::string name);

    /// Records an event: see EventRecorder.
    template <typename Body>
    EventId emit(Body body) {
        return recorder.emit(std::move(body));
    }
    /// The replica is there and its zone has power, which a replica may not have been told of yet.
    bool isUp(const Group& group, ZoneIndex zone) const {
        return group.member(zone).replica != nullptr && region(group.region).up[zone.value()];
    }
};

}  // namespace orrery::cluster
