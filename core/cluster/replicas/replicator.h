#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "core/cluster/kernel/group_queue.h"
#include "core/cluster/kernel/world_state.h"
#include "core/cluster/replicas/follower_flow.h"
#include "core/cluster/replicas/group_listener.h"
#include "core/cluster/replicas/group_opener.h"
#include "core/cluster/replicas/group_saver.h"
#include "core/cluster/replicas/log_bounds.h"
#include "core/cluster/replicas/log_trimmer.h"
#include "core/cluster/replicas/record_applier.h"
#include "core/cluster/replicas/record_finder.h"
#include "core/cluster/replicas/tree_copier.h"
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
    ZoneIndex appointed{};               ///< Leads first.
    std::optional<SeatRegions> seats{};  ///< Of a journal; `region` is that of the first one.
};

/// Drives the replicas of all groups: delivers messages, ticks and disk completions, and executes
/// their outputs in order. Only this class and its parts append to logs and apply to trees.
class Replicator {
public:
    explicit Replicator(WorldState& world, const LogBounds& bounds = {});
    Replicator(const Replicator&) = delete;
    Replicator& operator=(const Replicator&) = delete;

    /// The listener must outlive the groups.
    void setListener(GroupListener& listener);
    /// May be empty.
    void setBeforeApply(BeforeApply beforeApply) {
        m_applier.setBeforeApply(std::move(beforeApply));
    }
    /// A thread that helps to read logs during an opening; null: none.
    void setHelper(storage::HelperThread* helper) { m_opener.setHelper(helper); }
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
        return m_finder.find(group, zone, lsn);
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
    void resumeCatchUp() { m_flow.resumeAll(); }

    /// The node of `zone` loses power, or gets it back.
    void powerLoss(Group& group, ZoneIndex zone);
    void powerBack(Group& group, ZoneIndex zone);
    /// What the node in `observer` knows of the one in `observed`.
    void reportReachability(Group& group, ZoneIndex observer, ZoneIndex observed, bool heard);

    /// Saves the group's state with this turn; its replies wait for that turn.
    void touch(Group& group) { m_saver.touch(group); }
    /// Groups whose state the end of the turn saves, in order of their first change.
    const GroupQueue& unsaved() const { return m_saver.unsaved(); }
    /// Saves the states of changed groups, and drops records from memory that the store now has.
    /// Call it before committing the turn.
    void saveStates() { m_saver.saveStates(); }
    /// After the commit: drops records that the store can now return.
    void turnCommitted() { m_saver.turnCommitted(); }
    /// Changes applied up to this turn are in the trees on disk.
    void treesSynced(storage::Ticket upTo) { m_trimmer.treesSynced(upTo); }

    /// Counted since the world was opened.
    struct Totals {
        std::uint64_t elections = 0;
        std::uint64_t messages = 0;  ///< Sent by replicas.
    };
    const Totals& totals() const { return m_totals; }

    /// Bytes in flight on a link to followers that are catching up.
    std::uint64_t catchUpBytes(sim::NodeId from, sim::NodeId to) const {
        return m_flow.bytesInFlight(from, to);
    }

private:
    /// Starts the replica in `zone`.
    void install(Group& group, ZoneIndex zone, replication::Start start);
    void makeReplica(Group& group, ZoneIndex zone, replication::Start start);
    /// Brings the tree of a new replica up to its commit LSN and handles its outputs.
    void begin(Group& group, ZoneIndex zone);
    storage::StorageResult<void> resume(Group& group);
    storage::StorageResult<void> resumeReplicas(Group& group);
    void wakeIfUneven(Group& group);
    /// Call it before the replica is given any other input.
    void sendProposals(Group& group, ZoneIndex zone);
    /// Handles the replica's outputs until none is left, then reschedules its tick and notifies the
    /// listener. `incoming` is the message just given to the replica.
    void drainOutputs(Group& group, ZoneIndex zone, const replication::Message* incoming = nullptr);
    /// Returns the trace event of the apply; none if nothing was applied.
    EventId handleOutput(Group& group, ZoneIndex zone, replication::Output& out,
                         const replication::Message* incoming);
    void writeToDisk(Group& group, ZoneIndex zone, const replication::Output& out,
                     const replication::AppendRequest* incoming);
    /// Applies committed records. Returns the trace event; none if nothing was applied.
    EventId apply(Group& group, ZoneIndex zone, replication::LsnRange committed);
    void transmit(Group& group, replication::Envelope envelope);
    /// Adds to a message what the sender's log or tree has. False if it must not be sent.
    bool complete(Group& group, replication::Envelope& envelope);
    void scheduleTick(Group& group, ZoneIndex zone);
    /// Traces a change of leader or a regained lease; no event if neither happened.
    EventId traceLeadership(Group& group, ZoneIndex zone);
    EventId traceLease(Group& group, ZoneIndex zone);
    EventId stopped(Group& group, ZoneIndex zone);
    /// The leader in `zone` is about to write the first record of its term, at `noOp`.
    void beginTerm(Group& group, ZoneIndex zone, Lsn noOp);
    CalendarTime nextTimestamp(Member& leader, std::optional<CalendarTime> stamp = {}) const;

    WorldState& m_world;
    const LogBounds m_bounds;
    replication::ReplicaOptions m_options;         ///< Shared by all replicas but the following.
    replication::ReplicaOptions m_journalOptions;  ///< Shared by the replicas of journals.
    GroupListener* m_listener = nullptr;
    BeforePropose m_beforePropose;
    Totals m_totals;
    std::size_t m_removedInQueue = 0;  ///< Groups removed since the changed ones were cleared.
    LogTrimmer m_trimmer;
    GroupSaver m_saver;
    RecordFinder m_finder;
    RecordApplier m_applier;
    FollowerFlow m_flow;
    TreeCopier m_copier;
    GroupOpener m_opener;
};

}  // namespace orrery::cluster
