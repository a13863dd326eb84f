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

// What the parts of a world share: time, the queue of events, the store's open turn, and the tables
// of Regions, groups and tables. Everything of a world lives below one WorldState.

struct IndexBatch;  // indexes/index_batch.h

/// A message between two zones of a Region that is under way.
struct Flight {
    /// The group that it concerns, and the zone that sends it.
    observe::ReplicaRef from;
    ZoneIndex to{};
    observe::MessageKind kind{};
    std::uint32_t linkEpoch = 0;  ///< Lost if the link has another when it arrives.
    Lsn lsn{};                    ///< As traced.
};

/// A message between two replicas of a group arrives.
struct ReplicaMessage {
    Flight flight;
    replication::Envelope envelope;
};
/// The modelled disk has written what it was given.
struct DiskDone {
    GroupId group{};
    ZoneIndex zone{};
    std::uint32_t life = 0;
    Lsn logBase{};  ///< 0, or the log begins anew after this place.
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
/// A link has room for followers that wait to be caught up over it.
struct CatchUpGoesOn {
    sim::NodeId from = 0;
    sim::NodeId to = 0;
};
/// A replica whose tree is copied goes on applying.
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
/// The coarse look for requests that got no answer, from this call on.
struct RouterSweep {
    CallNumber from{};
};
struct FaultEnds {
    std::uint64_t fault = 0;
};
/// A zone's node comes to know whether it hears another's heartbeats.
struct HeartbeatNews {
    RegionId region{};
    ZoneIndex observer{};
    ZoneIndex observed{};
    std::uint32_t number = 0;  ///< Of the change that it is news of; an older one is forgotten.
    bool heard = false;
};
/// A table or an index leaves a transient state.
struct TableSettles {
    KeySpaceId table{};
};
/// Changes of a base partition arrive at the leader of an index partition, or its answer at home.
/// Their flight concerns the index partition.
struct IndexBatchArrives {
    Flight flight;
    std::shared_ptr<const IndexBatch> batch;
};
enum class BatchOutcome : std::uint8_t {
    Taken,
    NotLeader,
    Stale,    ///< It is older than what the index has taken since; read anew.
    Damaged,  ///< Bytes that the replica would need are damaged.
};
struct IndexBatchAnswered {
    Flight flight;
    GroupId base{};
    replication::Term term{};  ///< Of the base; with the number it names the batch.
    std::uint64_t number = 0;
    BatchOutcome outcome{};
    Lsn upTo{};  ///< The index has all changes of the base's records up to here.
    std::optional<ZoneIndex> leader;
};
struct IndexRetry {
    GroupId base{};
};
/// A job goes on.
struct JobStep {
    JobId job{};
};

/// A leader counts an item collection on; `sizeKey` is the private key that will have its size.
struct CollectionCountStep {
    GroupId group{};
    std::string sizeKey;
};

/// Groups whose leader is not where it was appointed are looked at.
struct LeaderSweep {};

using Event = std::variant<std::monostate, ReplicaMessage, DiskDone, ReplicaTick, OpArrives,
                           OpAnswered, OpRetry, RouterSweep, FaultEnds, HeartbeatNews, TableSettles,
                           IndexBatchArrives, IndexBatchAnswered, IndexRetry, JobStep,
                           CatchUpGoesOn, CopyStep, CollectionCountStep, LeaderSweep>;

/// What is due, each entry with its cause: what was being handled when it was added.
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
    /// Calls `use` with the instant and the entry, which stays where it is meanwhile.
    template <typename Use>
    void takeInPlace(Use use) {
        m_queue.takeInPlace(use);
    }

    /// The event of the trace that causes what is done now; none for what comes from outside.
    EventId cause{};

private:
    sim::EventQueue<Entry> m_queue;
};

struct RegionState {
    RegionId id{};
    std::string name;
    std::array<bool, kZonesPerRegion> up{true, true, true};
    /// suspects[observer][observed]: the observer no longer hears it.
    std::array<std::array<bool, kZonesPerRegion>, kZonesPerRegion> suspects{};
    std::array<std::array<std::uint32_t, kZonesPerRegion>, kZonesPerRegion> newsNumber{};
};

/// "us-east-1b".
std::string zoneName(const RegionState& region, ZoneIndex zone);

/// Says that the tree of the group's replica in `zone` holds damaged bytes. `what` is the subject
/// of the sentence: "An item of table Music".
storage::StorageError damagedTree(const Group& group, ZoneIndex zone, std::string_view what);

struct WorldState {
    WorldState(storage::Store& onStore, const Profile& withProfile, std::uint64_t fromSeed,
               std::size_t traceEvents);

    /// As many as a RegionId tells apart.
    static constexpr std::size_t kRegionsMax = 256;

    storage::Store& store;
    Profile profile;
    replication::ReplicaOptions replicaOptions;
    std::uint64_t seed;
    PlantedBug plantedBug = PlantedBug::None;
    LogBounds logBounds;

    Instant now;
    /// The calendar is the instant plus this.
    Duration calendarOffset{};
    Agenda queue;
    sim::Network network;

    storage::Turn turn;
    /// The ticket that the open turn will have.
    storage::Ticket openTicket{1};
    /// What was applied up to this turn is in the trees on the disk, as the driver said last.
    storage::Ticket treesSynced{};
    /// Groups whose state the end of the turn saves, in order of their first change.
    GroupQueue dirtyGroups;
    /// Groups of which an inspector may see something new since it last looked.
    GroupQueue changedGroups;

    /// What was mended when the world was opened, a sentence each.
    std::vector<std::string> notes;

    /// What the machine failed at: the turn is not committed and nothing runs any more.
    std::optional<storage::StorageError> failure;
    void fail(storage::StorageError error) {
        if (!failure) failure = std::move(error);
    }

    /// Bytes on disk that are not what was written, as first met. Unlike `failure` it stops
    /// nothing: what is sound is still read, but from then on this world refuses writes.
    std::optional<storage::StorageError> damage;
    /// A read met damaged bytes, or could not be done. The caller fails what needed them, without
    /// retrying, and goes on.
    void reportDamage(storage::StorageError error) {
        if (!damage) damage = std::move(error);
    }

    Catalog catalog;
    /// The turn that changed the catalog last: every answer was looked up in it.
    storage::Ticket catalogGate{};
    /// The turn that changed faults, clock or profile last.
    storage::Ticket controlGate{};
    ClockSetting clockSetting;
    PartitionMap partitions;
    std::vector<std::unique_ptr<RegionState>> regions;
    std::vector<std::unique_ptr<Group>> groups;  ///< By id; null where there is none.
    /// Told of what a replica is about to apply; empty while nobody needs to know.
    std::function<void(const Group& group, ZoneIndex zone,
                       std::span<const storage::TreeChange> changes)>
        beforeApply;

    observe::Trace trace;
    bool detailedTrace = false;
    observe::Totals totals;
    Hash64 hash;
    std::uint64_t nextEvent = 1;

    /// Delays, leases and detection times as the profile has them, from now on.
    void setProfile(const Profile& newProfile);

    CalendarTime calendar() const { return CalendarTime(calendarOffset + now.sinceStart()); }
    Group* findGroup(GroupId id) const {
        return id.value() < groups.size() ? groups[id.value()].get() : nullptr;
    }
    RegionState& region(RegionId id) { return *regions[id.value()]; }
    const RegionState& region(RegionId id) const { return *regions[id.value()]; }
    RegionState* findRegion(std::string_view name) const;
    /// Adds a Region with its three nodes on the network.
    RegionState& addRegion(std::string name);

    /// The node of a zone on the network has the number of its volume.
    sim::NodeId node(RegionId region, ZoneIndex zone) const {
        return volumeOf(region, zone).value();
    }

    /// Takes an event into the trace, caused by what is being handled. Details enter it only while
    /// somebody asked for them and never enter the hash, but count in any case: ids and hash are
    /// the same whoever looks. `digest` is what the hash gets of what details tell.
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

    /// When a message sent now arrives; nothing if the network loses it at once.
    std::optional<Instant> arrivalOf(const Flight& flight);
    /// Sends a message to arrive then, or to be lost. Returns the event of its sending.
    template <typename Message>
    EventId send(std::optional<Instant> arrival, Message message);
    /// A message is there, and causes what is done from here on. False if it was lost on its way.
    bool arrives(const Flight& flight, std::uint64_t what);

    /// The group's state is saved with this turn, and its replies wait for it.
    void touch(Group& group);
    /// Something of the group changed that an inspector sees.
    void noteChange(Group& group);
    /// The replica is there and its zone has power, which a replica may not have been told of yet.
    bool isUp(const Group& group, ZoneIndex zone) const {
        return group.member(zone).replica != nullptr && region(group.region).up[zone.value()];
    }

private:
    void record(EventId id, observe::EventBody body);
    EventId depart(Flight& flight, bool isLost);
};

/// What is done while it lives may name causes of its own; afterwards the cause is as it was.
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
