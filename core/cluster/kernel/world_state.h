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
#include "core/cluster/catalog/region_settings.h"
#include "core/cluster/kernel/agenda.h"
#include "core/cluster/kernel/event_recorder.h"
#include "core/cluster/kernel/group.h"
#include "core/cluster/kernel/group_queue.h"
#include "core/cluster/kernel/paged_slots.h"
#include "core/cluster/kernel/planted_bug.h"
#include "core/cluster/kernel/post.h"
#include "core/cluster/kernel/region_link_faults.h"
#include "core/cluster/kernel/regions.h"
#include "core/cluster/kernel/replication_pauses.h"
#include "core/cluster/kernel/room.h"
#include "core/sim/network.h"
#include "core/storage/store.h"

namespace orrery::cluster {

/// The state that all parts of a world share: time, the agenda, the network, the store's open turn,
/// and the Regions, groups and tables. Each part keeps its own other state.
struct WorldState {
    WorldState(storage::Store& onStore, const Profile& withProfile, std::uint64_t fromSeed,
               std::size_t traceEvents, PlantedBug bug = PlantedBug::None);
    WorldState(const WorldState&) = delete;
    WorldState& operator=(const WorldState&) = delete;

    // --- the configuration of a world

    storage::Store& store;
    Profile profile;                ///< Set by `setProfile`.
    RegionSettings regionSettings;  ///< Set by `setRegionSettings`.
    const std::uint64_t seed;       ///< Each part draws from its own streams, by name.
    const PlantedBug plantedBug;

    // --- time and events: every part adds to the agenda, most send messages and record events

    Instant now;
    /// calendar = instant + calendarOffset.
    Duration calendarOffset{};
    Agenda queue;
    EventRecorder recorder;
    sim::Network network;  ///< Of the zones; see nodeOf.
    /// Of the Regions: one node each, with its RegionId as number.
    sim::Network regionNetwork;
    Post post;

    // --- the turn: every part stores its changes with it

    storage::Turn turn;
    /// The ticket of the open turn.
    storage::Ticket openTicket{1};

    // --- failures: any part that reads from the store may report one, and all parts respect them

    /// A failure of the machine: the turn is not committed and nothing runs any more.
    std::optional<storage::StorageError> failure;
    void fail(storage::StorageError error) {
        if (!failure) failure = std::move(error);
    }
    /// The first corrupt data found on disk. Unlike `failure` it stops nothing: sound data can
    /// still be read, but this world refuses writes from then on.
    std::optional<storage::StorageError> damage;
    /// A read met corrupt data or failed. The caller fails the request that needed it, without a
    /// retry, and continues.
    void reportDamage(storage::StorageError error) {
        if (!damage) damage = std::move(error);
    }
    /// The same; returns the error for the client of the request.
    ApiError damaged(storage::StorageError error) {
        ApiError answer = ApiError::internal(error.message());
        reportDamage(std::move(error));
        return answer;
    }
    /// The error for a write after damage has been found.
    ApiError damageError() const { return ApiError::internal(damage->message()); }

    /// False while the store refuses writes. Nothing that only adds data begins then: what the
    /// disk does not take would fill the memory.
    bool acceptsWrites = true;
    /// False while there is too little room for the world's own large work: copies of replicas, and
    /// jobs that add data.
    bool acceptsOwnWork = true;
    Room room;
    /// False if there is not enough for what is about to be written.
    bool takeRoom(RoomFor what, std::uint64_t bytes) {
        return room.take(what, bytes) || plantedBug == PlantedBug::RoomUncounted;
    }

    // --- Regions, groups and tables

    Catalog catalog;
    PartitionMap partitions;
    std::vector<std::unique_ptr<RegionState>> regions;  ///< By id.
    PagedSlots<Group> groups;                           ///< By id.
    std::vector<GroupId> journals;                      ///< The groups in several Regions.
    /// Groups that may have changed since an inspector last looked at them. Replicas note the
    /// changes; they do not know the inspector.
    GroupQueue changedGroups;
    RegionLinkFaults regionLinkFaults;  ///< Set by `setRegionLinkFaults`.
    ReplicationPauses replicationPauses;

    /// Switches to the delays, leases and detection times of the profile.
    void setProfile(const Profile& newProfile);

    /// From now on, Regions have these clocks and links; they may exist or not.
    void setRegionSettings(RegionSettings settings);
    /// From now on, active faults do this to the links between Regions, and nothing else.
    void setRegionLinkFaults(RegionLinkFaults faults);
    /// The link from one Region to another, as it is set or as the profile has it, without faults.
    RegionLink linkBetween(std::string_view from, std::string_view to) const;

    /// What the clock of a Region shows.
    CalendarTime clockOf(RegionId id) const;
    CalendarTime calendar() const { return CalendarTime(calendarOffset + now.sinceStart()); }
    Group* findGroup(GroupId id) const { return groups.find(id.value()); }
    RegionState& region(RegionId id) { return *regions[id.value()]; }
    const RegionState& region(RegionId id) const { return *regions[id.value()]; }
    RegionState* findRegion(std::string_view name) const;
    /// Adds a Region with its nodes in both networks.
    RegionState& addRegion(std::string name);

    /// Records an event: see EventRecorder.
    template <typename Body>
    EventId emit(Body&& body) {
        return recorder.emit(std::forward<Body>(body));
    }
    /// True if the zone of this member has power.
    bool hasPower(const Group& group, ZoneIndex zone) const {
        return region(group.regionOf(zone)).up[zone.value()];
    }
    /// True if the replica exists and its zone has power; a replica may not have been told yet of a
    /// loss.
    bool isUp(const Group& group, ZoneIndex zone) const {
        return group.member(zone).replica != nullptr && hasPower(group, zone);
    }
    /// True if the node of one member no longer hears that of another.
    bool suspects(const Group& group, ZoneIndex observer, ZoneIndex observed) const {
        if (group.seats != nullptr)
            return group.seats->hearing[observer.value()][observed.value()].suspected;
        return region(group.region).suspects[observer.value()][observed.value()];
    }

private:
    // The only place that changes links of `regionNetwork`: from settings, profile and faults.
    void setLinks();
    void setLink(const RegionState& from, const RegionState& to);
};

}  // namespace orrery::cluster
