#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/cluster/kernel/group_queue.h"
#include "core/cluster/kernel/world_state.h"
#include "core/cluster/replicas/group_listener.h"
#include "core/cluster/replicas/log_bounds.h"
#include "core/cluster/replicas/log_trimmer.h"
#include "core/replication/replica_options.h"
#include "core/table/log_record.h"

namespace orrery::cluster {

/// What a new group is: the fields of Group that never change.
struct GroupPlan {
    GroupId id{};
    GroupKind kind{};
    RegionId region{};
    KeySpaceId table{};
    KeySpaceId space{};
    std::string begin;
    std::string end;
    ZoneIndex appointed{};  ///< Leads first.
};

/// Drives the replicas of all groups: delivers messages, ticks and disk completions, and executes
/// their outputs in order. Only this class appends to logs and applies to trees.
class Replicator {
public:
    explicit Replicator(WorldState& world, const LogBounds& bounds = {});
    Replicator(const Replicator&) = delete;
    Replicator& operator=(const Replicator&) = delete;

    /// The listener must outlive the groups.
    void setListener(GroupListener& listener) { m_listener = &listener; }
    /// Called before a replica applies changes to its tree; may be empty.
    using BeforeApply = std::function<void(const Group& group, ZoneIndex zone,
                                           std::span<const storage::TreeChange> changes)>;
    void setBeforeApply(BeforeApply beforeApply) { m_beforeApply = std::move(beforeApply); }
    /// Called before a leader proposes a record, which it may complete; may be empty.
    using BeforePropose =
        std::function<void(const Group& group, ZoneIndex zone, table::LogRecord& record)>;
    void setBeforePropose(BeforePropose beforePropose) {
        m_beforePropose = std::move(beforePropose);
    }
    /// The world's profile has changed: uses its leases and detection times from now on.
    void profileChanged();

    /// Creates a partition; its replica in the appointed zone leads from the start.
    Group& create(GroupPlan plan);
    /// Adds a partition that the store holds; `reopen` starts its replicas.
    Group& add(GroupPlan plan);
    /// Resumes all replicas of the group (section 4, "Opening").
    storage::StorageResult<void> reopen(Group& group);
    /// The same for a partition whose id was also given to a partition of an index, by a version
    /// that assigned ids twice. Rebuilds the trees and their counts from the logs without the
    /// other's records; discards records that no replica knows to be committed.
    storage::StorageResult<void> reopenShared(Group& group);
    void remove(GroupId id);

    struct Proposed {
        Lsn lsn{};
        /// The bytes to be stored under the key of the record; null: none.
        SharedBytes stored;
    };
    /// Proposes a record at the leader in `zone` and sets its commit timestamp. Returns its
    /// position. The replica must serve. All records that are proposed there in one instant leave
    /// together, in an event of their own.
    Lsn propose(Group& group, ZoneIndex zone, table::LogRecord record);
    /// The same for a caller that already knows the changes of the local indexes.
    Proposed propose(Group& group, ZoneIndex zone, table::LogRecord record,
                     const table::LocalIndexChanges& localIndexes);

    /// The bytes of a record that the replica in `zone` has, from memory or from its log; null if
    /// the log has trimmed it.
    storage::StorageResult<SharedBytes> committedRecord(Group& group, ZoneIndex zone,
                                                        Lsn lsn) const {
        return findRecord(group, zone, lsn);
    }

    /// Call it when a request arrives at this replica: it takes its lease or looks for a leader.
    void requestLease(Group& group, ZoneIndex zone);
    /// The same at the leader elected last; no effect while it has no power. For work that no
    /// request wakes: a leader at rest holds no lease.
    void wakeLeader(Group& group);

    /// The serving leader in `from` hands over to the replica in `to`. Dropped if that does not
    /// catch up soon.
    void handOver(Group& group, ZoneIndex from, ZoneIndex to);

    void on(ReplicaMessage& message);
    void on(DiskDone& done);
    void on(const ReplicaTick& tick);
    void on(const ProposalsLeave& leave);
    void on(const CatchUpResumes& link);
    void on(const CopyStep& step);
    /// The store accepts writes again: followers that catch up continue.
    void resumeCatchUp();

    /// The node of `zone` loses power, or gets it back.
    void powerLoss(Group& group, ZoneIndex zone);
    void powerBack(Group& group, ZoneIndex zone);
    /// What the node in `observer` knows of the one in `observed`.
    void reportReachability(Group& group, ZoneIndex observer, ZoneIndex observed, bool heard);

    /// Saves the group's state with this turn; its replies wait for that turn.
    void touch(Group& group);
    /// Groups whose state the end of the turn saves, in order of their first change.
    const GroupQueue& unsaved() const { return m_unsaved; }
    /// Saves the states of changed groups, and drops records from memory that the store now has.
    /// Call it before committing the turn.
    void saveStates();
    /// After the commit: drops records that the store can now return.
    void turnCommitted();
    /// Changes applied up to this turn are in the trees on disk.
    void treesSynced(storage::Ticket upTo) { m_trimmer.treesSynced(upTo); }

    /// Counted since the world was opened.
    struct Totals {
        std::uint64_t elections = 0;
        std::uint64_t messages = 0;  ///< Sent by replicas.
    };
    const Totals& totals() const { return m_totals; }

    /// Bytes in flight on a link to followers that are catching up.
    std::uint64_t catchUpBytes(sim::NodeId from, sim::NodeId to) const;

private:
    using LinkKey = std::pair<sim::NodeId, sim::NodeId>;
    struct FlowKey {
        GroupId group;
        ZoneIndex from;
        ZoneIndex to;
        auto operator<=>(const FlowKey&) const = default;
    };
    enum class Held : std::uint8_t {
        No,
        ByWindow,  ///< Waits until the follower has acknowledged more.
        InLine,    ///< Queues until the link has room.
    };
    /// Records that a leader read from its log for a follower and sent, and that are
    /// unacknowledged.
    struct Flow {
        struct Sent {
            Lsn last;
            std::uint64_t bytes;
        };
        std::deque<Sent> sent;
        std::uint64_t bytes = 0;
        Held held = Held::No;
    };
    struct Link {
        std::uint64_t bytes = 0;  ///< The sum over its flows.
        std::deque<FlowKey> line;
        bool isResumeQueued = false;  ///< The event is queued.
    };

    /// Starts the replica in `zone`.
    void install(Group& group, ZoneIndex zone, replication::Start start);
    void makeReplica(Group& group, ZoneIndex zone, replication::Start start);
    /// Brings the tree of a new replica up to its commit LSN and does what it asks for.
    void begin(Group& group, ZoneIndex zone);
    storage::StorageResult<void> load(Group& group);
    storage::StorageResult<void> checkEnd(const Group& group, const Member& member) const;
    void stopApplying(storage::StorageError error);
    storage::StorageResult<void> resume(Group& group);
    storage::StorageResult<void> resumeReplicas(Group& group);
    void replay(Group& group);
    bool replayOne(Group& group, Lsn lsn);
    /// Applies to the tree of a replica without power what it knows to be committed.
    storage::StorageResult<void> applyWithoutPower(Group& group, ZoneIndex zone);
    storage::StorageResult<void> loadTimestamp(const Group& group, Member& member) const;
    void stepDownAfterLoss(Group& group);
    storage::StorageResult<void> rebuildTail(Group& group);
    void wakeIfUneven(Group& group);
    /// Call it before the replica is given any other input.
    void sendProposals(Group& group, ZoneIndex zone);
    /// Does what the replica asks for until it asks no more, and says what came of it. `incoming`
    /// is the message that it was just given.
    void drainOutputs(Group& group, ZoneIndex zone, const replication::Message* incoming = nullptr);
    /// Returns the trace event of the apply; none if nothing was applied.
    EventId handleOutput(Group& group, ZoneIndex zone, replication::Output& out,
                         const replication::Message* incoming);
    void writeToDisk(Group& group, ZoneIndex zone, const replication::Output& out,
                     const replication::AppendRequest* incoming);
    EventId apply(Group& group, ZoneIndex zone, replication::LsnRange committed);
    /// Saves the commit position `commit` together with its effect on the tree. Traces that the
    /// records from `first` on have been applied.
    EventId noteApplied(Group& group, ZoneIndex zone, Lsn first, Lsn commit);
    /// False if no store can return the record; that has been reported.
    bool applyOne(Group& group, ZoneIndex zone, Lsn lsn);
    /// A record's effect on a tree, and its size in the log.
    struct RecordEffect {
        std::shared_ptr<const table::AppliedRecord> applied;
        std::uint64_t bytes = 0;
    };
    storage::StorageResult<RecordEffect> recordEffect(Group& group, ZoneIndex zone, Lsn lsn);
    void applyEffect(Group& group, ZoneIndex zone, Lsn lsn, const RecordEffect& effect);

    void changeTree(Group& group, ZoneIndex zone, const table::AppliedRecord& applied, Lsn lsn);

    // Copies.
    bool fillCopy(Group& group, replication::Envelope& envelope);
    void copyArrives(const ReplicaMessage& message);
    /// Takes note of what a message says about a copy.
    void noteCopy(Group& group, const replication::Envelope& envelope);
    storage::StorageResult<std::shared_ptr<const replication::CopiedRange>> readRange(
        const Group& group, ZoneIndex zone, const std::string& from) const;
    /// The copy to `zone` stops: the tree in `corrupt` cannot be read.
    void stopCopy(Group& group, ZoneIndex zone, ZoneIndex corrupt);
    void takeChunk(Group& group, ZoneIndex zone, const replication::CopyChunk& chunk, bool begins);
    storage::StorageResult<std::vector<storage::TreeChange>> changesOf(
        Group& group, ZoneIndex zone, const replication::CopiedRange& range);
    void applyWhileCopying(Group& group, ZoneIndex zone);
    static bool readersNeedBefore(const Group& group, Lsn first);
    void stepLater(Group& group, ZoneIndex zone, Duration delay);
    static void reconcileStanding(Member& member);

    LinkKey linkOf(const Group& group, ZoneIndex from, ZoneIndex to) const {
        return {nodeOf(group.region, from), nodeOf(group.region, to)};
    }
    void transmit(Group& group, replication::Envelope envelope);
    /// False if the message must not be sent.
    bool fill(Group& group, replication::Envelope& envelope);
    /// Removes from the flow what followers have acknowledged, and what this leader considers lost.
    void measureFlow(Group& group, ZoneIndex zone);
    /// Drops flows, from the given zone or all: their records are lost or no longer matter.
    void forgetFlows(GroupId group, std::optional<ZoneIndex> from);
    void resumeIfFree(LinkKey key, Link& link);
    /// True if the leader may read more for this follower. Otherwise the follower is held.
    bool mayRead(const FlowKey& key, LinkKey linkKey);
    void scheduleTick(Group& group, ZoneIndex zone);
    /// Traces a change of leader or a regained lease; no event if neither happened.
    EventId traceLeadership(Group& group, ZoneIndex zone);
    EventId traceLease(Group& group, ZoneIndex zone);
    EventId stopped(Group& group, ZoneIndex zone);
    /// Null if this replica does not have it. A record from the disk has been verified; one that is
    /// corrupt is taken from another replica.
    storage::StorageResult<SharedBytes> findRecord(Group& group, ZoneIndex zone, Lsn lsn) const;
    /// The record of another replica at the same position, or the error if none has it.
    storage::StorageResult<SharedBytes> sameRecord(const Group& group, ZoneIndex zone,
                                                   replication::LogPosition position,
                                                   storage::StorageError error) const;
    /// A record that this replica must have; an error if no replica has it.
    storage::StorageResult<SharedBytes> recordBytes(Group& group, ZoneIndex zone, Lsn lsn) const;
    storage::StorageResult<table::LogRecord> record(Group& group, ZoneIndex zone, Lsn lsn) const;
    /// The effect of a record; none if it belongs to another group (see `reopenShared`).
    static table::AppliedRecord effectOf(const Group& group, const table::LogRecord& record,
                                         Lsn lsn);
    /// The leader in `zone` is about to write the first record of its term, at `noOp`.
    void beginTerm(Group& group, ZoneIndex zone, Lsn noOp);
    CalendarTime nextTimestamp(Member& leader, std::optional<CalendarTime> stamp = {}) const;

    WorldState& m_world;
    const LogBounds m_bounds;
    replication::ReplicaOptions m_options;  ///< Shared by all replicas.
    GroupListener* m_listener = nullptr;
    bool m_isOpening = false;  ///< A group is being reopened.
    BeforeApply m_beforeApply;
    BeforePropose m_beforePropose;
    Totals m_totals;
    GroupQueue m_unsaved;
    std::size_t m_removedInQueue = 0;   ///< Groups removed since the changed ones were cleared.
    std::vector<GroupId> m_committing;  ///< The groups whose records the turn writes.
    std::map<FlowKey, Flow> m_flows;    ///< To followers that are catching up.
    std::map<LinkKey, Link> m_links;
    std::map<LinkKey, std::uint64_t> m_copyBytes;  ///< In flight.
    LogTrimmer m_trimmer;
};

}  // namespace orrery::cluster
