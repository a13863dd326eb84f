#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "core/base/ids.h"
#include "core/cluster/kernel/envelope_header.h"
#include "core/cluster/kernel/job_id.h"
#include "core/cluster/kernel/op.h"
#include "core/replication/durable_state.h"
#include "core/replication/messages.h"
#include "core/sim/network.h"

namespace orrery::cluster {

// Every kind of entry in a world's event queue, by the part that handles it. The handlers are on
// higher floors; the types are here because the agenda holds them by value.

struct IndexBatch;      // indexes/index_batch.h
struct ReplicaBatch;    // global/replica_batch.h
struct JournalRequest;  // global/journal_request.h

/// A message between two replicas of a group arrives.
struct ReplicaMessage {
    EnvelopeHeader header;
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
/// The records that were proposed at this replica in this instant leave.
struct ProposalsLeave {
    GroupId group{};
    ZoneIndex zone{};
    std::uint32_t life = 0;
};
/// A link has room again for followers that are waiting to catch up.
struct CatchUpResumes {
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
    EnvelopeHeader header;
    OpId op;
    OpRequestPtr request;
};
/// A replica's answer arrives at the router.
struct OpAnswered {
    EnvelopeHeader header;
    OpId op;
    std::unique_ptr<OpResult> result;
};
/// A router or a coordinator sends a request again.
struct OpRetry {
    OpId op;
};
/// A scan for unanswered requests of routers, or of coordinators, from this call on.
struct CallSweep {
    OpOwner owner = OpOwner::Router;
    CallNumber from{};
};
struct FaultEnds {
    std::uint64_t fault = 0;
};
/// A zone's node learns whether it hears another node's heartbeats.
struct HeartbeatVerdict {
    RegionId region{};
    ZoneIndex observer{};
    ZoneIndex observed{};
    std::uint32_t number = 0;  ///< The number of the change; a report with an older one is ignored.
    bool heard = false;
};
/// The same for two members of a journal, each in a Region of its own.
struct SeatVerdict {
    GroupId journal{};
    ZoneIndex observer{};
    ZoneIndex observed{};
    std::uint32_t number = 0;
    bool heard = false;
};
/// A journal is new in this process: what its members hear is not known yet.
struct JournalAdded {
    GroupId journal{};
};
/// A table or an index leaves a transient state.
struct TableSettles {
    KeySpaceId table{};
    Instant at;  ///< Only the one that was queued last counts.
};
/// Changes of a base partition arrive at the leader of an index partition, or its answer arrives
/// back. The header names the index partition, and the two zones of one hop (indexes/index_post.h).
struct IndexBatchArrives {
    EnvelopeHeader header;
    std::shared_ptr<const IndexBatch> batch;
    ZoneIndex target{};  ///< Where the batch is to be taken; other zones pass it on.
};
enum class BatchOutcome : std::uint8_t {
    Taken,
    NotLeader,
    Stale,    ///< Older than what the index already has; read the item again.
    Damaged,  ///< Corrupt data is in the way at the replica.
};
struct IndexBatchAnswered {
    EnvelopeHeader header;
    GroupId base{};
    /// The base partition's term; with the number it identifies the batch.
    replication::Term term{};
    std::uint64_t number = 0;
    BatchOutcome outcome{};
    Lsn upTo{};  ///< The index has all changes from the base's records up to here.
    std::optional<ZoneIndex> leader;
    ZoneIndex answerer{};  ///< The zone of the replica that answers.
    ZoneIndex target{};    ///< The zone of the batch's sender; other zones pass the answer on.
};
struct IndexRetry {
    GroupId base{};
};
/// Changes of a partition of a global table arrive in another Region, or the answer arrives back.
/// The header names the partition there.
struct ReplicaBatchArrives {
    EnvelopeHeader header;
    std::shared_ptr<const ReplicaBatch> batch;
};
enum class ReplicaBatchOutcome : std::uint8_t {
    Taken,  ///< The versions there are committed, or the same, or later ones.
    NotLeader,
    Busy,     ///< A transaction is ongoing for an item, or there is no room; send it again.
    Damaged,  ///< Corrupt data is in the way at the replica.
};
struct ReplicaBatchAnswered {
    EnvelopeHeader header;
    GroupId source{};
    /// The term of the partition that sent; with the number it identifies the batch.
    replication::Term term{};
    std::uint64_t number = 0;
    ReplicaBatchOutcome outcome{};
    std::optional<ZoneIndex> leader;
};
/// A partition of a global table reads on, or sends again.
struct ReplicaRetry {
    GroupId source{};
    Instant at;  ///< Only the one that was queued last counts.
};
/// Identifies a request to a journal, however often it is sent.
struct JournalRequestId {
    GroupId partition{};
    replication::Term term{};  ///< Of the partition's leader.
    std::uint64_t number = 0;
    auto operator<=>(const JournalRequestId&) const = default;
};
enum class JournalOutcome : std::uint8_t {
    Done,       ///< The write is committed; the item is as the sender knows it; the fence is open.
    Conflict,   ///< A write of another Region, which was being committed, came before.
    Stale,      ///< The item has a newer version than the sender knows.
    NotLeader,  ///< Nothing was done.
    Unknown,    ///< The write was taken or not; nobody can tell.
    Failed,     ///< Corrupt data is in the way, or there is no room. Nothing was done.
};
/// A request of a partition of a strong global table arrives at a member of its journal, or the
/// answer arrives back. Both headers name the journal.
struct JournalAsked {
    EnvelopeHeader header;
    std::shared_ptr<const JournalRequest> request;
    bool isRepeated = false;  ///< It was sent before, and one of those sendings was not answered.
};
struct JournalAnswered {
    EnvelopeHeader header;
    JournalRequestId id;
    JournalOutcome outcome{};
    std::optional<ZoneIndex> leader;  ///< As far as the member knows.
};
/// A partition of a strong global table sends requests again, or gives up.
struct JournalRetry {
    GroupId partition{};
    Instant at;  ///< Only the one that was queued last counts.
};
/// The next step of a job is due.
struct JobStep {
    JobId job{};
};

/// Something is due for the streams of a table: a leader to be asked again, records that expire.
struct StreamTick {
    KeySpaceId table{};
    Instant at;  ///< Only the tick that was queued last counts.
};

/// Items of a partition expire.
struct ExpirySweep {
    GroupId group{};
    Instant at;  ///< Only the sweep that was queued last counts.
};

/// A leader counts more of an item collection; `sizeKey` is the private key for its size.
struct CollectionCountStep {
    GroupId group{};
    std::string sizeKey;
};

/// A transaction's next attempt.
struct TransactionAgain {
    CallNumber transaction{};
};
/// A leader looks for items that have been prepared for too long.
struct PreparedSweep {
    GroupId group{};
};
/// The leader of a ledger reads on in it: for stalled transactions and expired tokens.
struct LedgerStep {
    GroupId ledger{};
};

/// The groups whose leader is not the appointed one are checked.
struct LeaderSweep {};

using Event = std::variant<std::monostate, ReplicaMessage, DiskDone, ReplicaTick, OpArrives,
                           OpAnswered, OpRetry, CallSweep, FaultEnds, HeartbeatVerdict,
                           TableSettles, IndexBatchArrives, IndexBatchAnswered, IndexRetry, JobStep,
                           CatchUpResumes, CopyStep, StreamTick, CollectionCountStep, LeaderSweep,
                           TransactionAgain, PreparedSweep, LedgerStep, ProposalsLeave, ExpirySweep,
                           ReplicaBatchArrives, ReplicaBatchAnswered, ReplicaRetry, SeatVerdict,
                           JournalAdded, JournalAsked, JournalAnswered, JournalRetry>;

}  // namespace orrery::cluster
