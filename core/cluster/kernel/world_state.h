#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

#include "core/base/hash.h"
#include "core/cluster/catalog/catalog.h"
#include "core/cluster/catalog/control_state.h"
#include "core/cluster/catalog/partition_map.h"
#include "core/cluster/catalog/profile.h"
#include "core/cluster/kernel/group.h"
#include "core/cluster/kernel/group_queue.h"
#include "core/cluster/kernel/job_id.h"
#include "core/cluster/kernel/log_bounds.h"
#include "core/cluster/kernel/op.h"
#include "core/cluster/kernel/planted_bug.h"
#include "core/observe/snapshot.h"
#include "core/observe/trace.h"
#include "core/replication/messages.h"
#include "core/sim/event_queue.h"
#include "core/sim/network.h"

namespace orrery::cluster {

// The state that the parts of a world share: time, the event queue, the store's open turn, and the
// Regions, groups and tables. One WorldState owns everything in a world.

struct IndexBatch;  // indexes/index_batch.h

/// The header of a message in flight between two zones of a Region.
struct Flight {
    /// The sending zone and the group concerned.
    observe::ReplicaRef from;
    ZoneIndex to{};
    observe::MessageKind kind{};
    /// If the link has a different one on arrival, the message is lost.
    std::uint32_t linkEpoch = 0;
    Lsn lsn{};  ///< For the trace.
};

/// A message between two replicas of a group arrives.
struct ReplicaMessage {
    Flight flight;
    replication::Envelope envelope;
};
/// The modelled disk has completed a write.
struct DiskDone {
    GroupId group{};
    ZoneIndex zone{};
    std::uint32_t life = 0;
    Lsn logBase{};  ///< If not 0: the log restarts after this position.
    Lsn truncateFrom{};
    replication::LogPosition upTo{};  ///< Term 0: no records.
    std::uint32_t stateNumber = 0;    ///< 0: no state.
    replication::DurableState state;
};
struct ReplicaTick {
    GroupId group{};
    ZoneIndex zone{};
    std::uint32_t life = 0;
};
/// A link has room again for followers that are waiting to catch up.
struct CatchUpGoesOn {
    sim::NodeId from = 0;
    sim::NodeId to = 0;
};
/// A replica whose tree is being copied applies more records.
struct CopyStep {
    GroupId group{};
    ZoneIndex zone{};
    std::uint32_t life = 0;
};
/// A router's request arrives at a replica.
struct OpArrives {
    Flight flight;
    OpId op;
    OpRequestPtr request;
};
/// A replica's answer arrives at the router.
struct OpAnswered {
    Flight flight;
    OpId op;
    std::unique_ptr<OpResult> result;
};
struct OpRetry {
    OpId op;
};
/// A scan for unanswered requests, from this call on.
struct RouterSweep {
    CallNumber from{};
};
struct FaultEnds {
    std::uint64_t fault = 0;
};
/// A zone's node learns whether it hears another node's heartbeats.
struct HeartbeatNews {
    RegionId region{};
    ZoneIndex observer{};
    ZoneIndex observed{};
    std::uint32_t number = 0;  ///< The number of the change; a report with an older one is ignored.
    bool heard = false;
};
/// A table or an index leaves a transient state.
struct TableSettles {
    KeySpaceId table{};
};
/// Changes of a base partition arrive at the leader of an index partition, or its answer arrives
/// back. The flight concerns the index partition.
struct IndexBatchArrives {
    Flight flight;
    std::shared_ptr<const IndexBatch> batch;
};
enum class BatchOutcome : std::uint8_t {
    Taken,
    NotLeader,
    Stale,    ///< Older than what the index already has; read the item again.
    Damaged,  ///< Corrupt data is in the way at the replica.
};
struct IndexBatchAnswered {
    Flight flight;
    GroupId base{};
    /// The base partition's term; with the number it identifies the batch.
    replication::Term term{};
    std::uint64_t number = 0;
    BatchOutcome outcome{};
    Lsn upTo{};  ///< The index has all changes from the base's records up to here.
    std::optional<ZoneIndex> leader;
};
struct IndexRetry {
    GroupId base{};
};
/// The next step of a job is due.
struct JobStep {
    JobId job{};
};

/// A leader counts more of an item collection; `sizeKey` is the private key for its size.
struct CollectionCountStep {
    GroupId group{};
    std::string sizeKey;
};

/// The groups whose leader is not the appointed one are checked.
struct LeaderSweep {};

using Event = std::variant<std::monostate, ReplicaMessage, DiskDone, ReplicaTick, OpArrives,
                           OpAnswered, OpRetry, RouterSweep, FaultEnds, HeartbeatNews, TableSettles,
                           IndexBatchArrives, IndexBatchAnswered, IndexRetry, JobStep,
                           CatchUpGoesOn, CopyStep, CollectionCountStep, LeaderSweep>;

/// The event queue. Each entry carries its cause: the event being handled when it was added.
class Agenda {
public:
    struct Entry {
        Event event;
        EventId cause{};
    };

    Instant nextAt() const { return m_queue.nextAt(); }
    template <typename Body>
    void add(Instant at, Body event) {
        Entry& entry = m_queue.make(at);
        entry.event.template emplace<Body>(std::move(event));
        entry.cause = cause;
    }
    std::pair<Instant, Entry> take() { return m_queue.take(); }
    /// Calls `use` with the instant and the entry in place.
    template <typename Use>
    void takeInPlace(Use use) {
        m_queue.takeInPlace(use);
    }

    /// The trace event that causes what is done now; none for inputs from outside.
    EventId cause{};

private:
    sim::EventQueue<Entry> m_queue;
};

struct RegionState {
    RegionId id{};
    std::string name;
    std::array<bool, kZonesPerRegion> up{true, true, true};
    /// suspects[observer][observed]: the observer no longer hears that node.
    std::array<std::array<bool, kZonesPerRegion>, kZonesPerRegion> suspects{};
    std::array<std::array<std::uint32_t, kZonesPerRegion>, kZonesPerRegion> newsNumber{};
};

/// "us-east-1b".
std::string zoneName(const RegionState& region, ZoneIndex zone);

/// The error for corrupt data in the tree of the group's replica in `zone`. `what` is the subject
/// of the sentence: "An item of table Music".
storage::StorageError damagedTree(const Group& group, ZoneIndex zone, std::string_view what);

struct WorldState {
    WorldState(storage::Store& onStore, const Profile& withProfile, std::uint64_t fromSeed,
               std::size_t traceEvents);

    /// The number of values of a RegionId.
    static constexpr std::size_t kRegionsMax = 256;

    storage::Store& store;
    Profile profile;
    replication::ReplicaOptions replicaOptions;
    std::uint64_t seed;
    PlantedBug plantedBug = PlantedBug::None;
    LogBounds logBounds;

    Instant now;
    /// calendar = instant + calendarOffset.
    Duration calendarOffset{};
    Agenda queue;
    sim::Network network;

    storage::Turn turn;
    /// The ticket of the open turn.
    storage::Ticket openTicket{1};
    /// Changes applied up to this turn are in the trees on disk, as last reported by the driver.
    storage::Ticket treesSynced{};
    /// Groups whose state the end of the turn saves, in order of their first change.
    GroupQueue dirtyGroups;
    /// Groups that may have changed since an inspector last looked at them.
    GroupQueue changedGroups;

    /// What was repaired when the world was opened, one sentence each.
    std::vector<std::string> notes;

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

    Catalog catalog;
    /// The last turn that changed the catalog; every answer depends on it.
    storage::Ticket catalogGate{};
    /// The last turn that changed faults, clock or profile.
    storage::Ticket controlGate{};
    ClockSetting clockSetting;
    PartitionMap partitions;
    std::vector<std::unique_ptr<RegionState>> regions;
    std::vector<std::unique_ptr<Group>> groups;  ///< By id; null if there is no such group.
    /// Called before a replica applies changes; may be empty.
    std::function<void(const Group& group, ZoneIndex zone,
                       std::span<const storage::TreeChange> changes)>
        beforeApply;

    observe::Trace trace;
    bool detailedTrace = false;
    observe::Totals totals;
    Hash64 hash;
    std::uint64_t nextEvent = 1;

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

    /// The network node of a zone; it has the same number as its volume.
    sim::NodeId node(RegionId region, ZoneIndex zone) const {
        return volumeOf(region, zone).value();
    }

    /// Adds an event to the trace, caused by the one being handled. Details are traced only on
    /// demand and never hashed, but they are always counted: ids and hash do not depend on who is
    /// watching. `digest` adds to the hash what details would have shown.
    template <typename Body>
    EventId emit(Body body) {
        const EventId id(nextEvent++);
        if constexpr (observe::kIsDetail<Body>) {
            if (detailedTrace) trace.add({id, queue.cause, now, std::move(body)});
        } else {
            record(id, std::move(body));
        }
        return id;
    }
    void digest(std::uint64_t kind, std::uint64_t a, std::uint64_t b, std::uint64_t c);

    /// The arrival time of a message sent now; nothing if the network loses it at once.
    std::optional<Instant> arrivalOf(const Flight& flight);
    /// Sends a message to arrive at that time, or to be lost. Returns the trace event of the
    /// sending.
    template <typename Message>
    EventId send(std::optional<Instant> arrival, Message message);
    /// Handles the arrival: the message becomes the current cause. False if it was lost in flight.
    bool arrives(const Flight& flight, std::uint64_t what);

    /// The state of the group is saved with this turn, and its replies wait for that.
    void touch(Group& group);
    /// Something changed that an inspector shows.
    void noteChange(Group& group);
    /// True if the replica exists and its zone has power; a replica may not have been told yet of a
    /// loss.
    bool isUp(const Group& group, ZoneIndex zone) const {
        return group.member(zone).replica != nullptr && region(group.region).up[zone.value()];
    }

private:
    void record(EventId id, observe::EventBody body);
    EventId depart(Flight& flight, bool isLost);
};

/// Restores the current cause when it ends, so that code in its scope may set other causes.
class CauseScope {
public:
    explicit CauseScope(WorldState& world) : m_queue(world.queue), m_outer(world.queue.cause) {}
    CauseScope(WorldState& world, EventId cause) : CauseScope(world) { m_queue.cause = cause; }
    CauseScope(const CauseScope&) = delete;
    CauseScope& operator=(const CauseScope&) = delete;
    ~CauseScope() { m_queue.cause = m_outer; }

private:
    Agenda& m_queue;
    const EventId m_outer;
};

template <typename Message>
EventId WorldState::send(std::optional<Instant> arrival, Message message) {
    const EventId sent = depart(message.flight, !arrival);
    if (!arrival) return sent;
    const CauseScope scope(*this, sent);
    queue.add(*arrival, std::move(message));
    return sent;
}

}  // namespace orrery::cluster
