#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace orrery::observe {

// What happens in a world, one value per event, each with the event that caused it. Events carry
// numbers and short texts only; they cross to other threads by value.
//
// As text an event is one flat line of JSON. Every line has "id", "atNs" (the instant) and "kind",
// and "cause" where the event has one. The other members are those of the structs below; "region"
// is a number, zones are letters, and a replica is "group", "region" and "zone".
//
//   {"id":21,"cause":17,"atNs":290,"kind":"log appended","group":1,"region":0,"zone":"b","lsn":2}
//
// Following causes leads from an answer back to its request. For a write: request served; message
// delivered and sent, "reply"; log applied; log committed; message delivered and sent, "append
// reply"; log appended at a follower; message delivered and sent, "append"; message delivered and
// sent, "write"; request admitted. The effects of a timer have the event that set the timer as
// their cause.
//
// Every event takes the next id, whether the trace keeps it or not, so ids do not depend on who
// follows the trace. A cause that is missing from the trace was not kept or has been evicted.

/// A replica: the member of a group in one zone.
struct ReplicaRef {
    GroupId group{};
    RegionId region{};
    ZoneIndex zone{};
    bool operator==(const ReplicaRef&) const = default;
};

enum class MessageKind : std::uint8_t {
    // Between the replicas of a group.
    Append,
    Renew,  ///< An append without records that renews the lease.
    AppendReply,
    Commit,  ///< Tells the commit LSN when no record is about to carry it.
    Check,   ///< Before an election: asks whether another replica hears the leader.
    CheckReply,
    Vote,
    VoteReply,
    CopyRequest,  ///< Asks for a piece of the tree; the log does not reach back far enough.
    Copy,
    HandOver,  ///< The leader gives up its lease for the receiver.
    // Between a router and a replica.
    Read,
    Write,
    Reply,
    // Between the leader of a base partition and that of an index partition.
    IndexBatch,
    IndexBatchReply,
    // Between the leaders of two replicas of a global table.
    ReplicaBatch,
    ReplicaBatchReply,
    // Between the leader of a partition of a strong global table and that of its journal.
    JournalRequest,
    JournalReply,
};

// Messages. The named replica belongs to the group that the message concerns. A router or the
// leader of a base partition may be at the other end, or beside the replica in its zone.

/// `lsn` depends on the kind: the last record of an append; the LSN that a commit or an append
/// reply reports; the end of the sender's log for a check and a vote; the LSN that the answering
/// replica has applied for a router's reply. Otherwise it is 0.
struct MessageSent {
    ReplicaRef from;
    ZoneIndex to{};
    MessageKind kind{};
    Lsn lsn{};
    std::optional<RegionId> toRegion{};  ///< If it is another one; so below.
};
struct MessageDelivered {
    ReplicaRef to;
    ZoneIndex from{};
    MessageKind kind{};
    Lsn lsn{};
    std::optional<RegionId> fromRegion{};
};
/// Lost when it was sent, or when it would have arrived.
struct MessageDropped {
    ReplicaRef from;
    ZoneIndex to{};
    MessageKind kind{};
    Lsn lsn{};
    std::optional<RegionId> toRegion{};
};

// The three marks of a replica move: it has records `first` to `lsn` persisted, knows them
// committed, has applied them. JSON omits "first" if it equals `lsn`.

struct LogAppended {
    ReplicaRef replica;
    Lsn first{};
    Lsn lsn{};
};
struct LogCommitted {
    ReplicaRef replica;
    Lsn first{};
    Lsn lsn{};
};
struct LogApplied {
    ReplicaRef replica;
    Lsn first{};
    Lsn lsn{};
};
struct LeaderElected {
    ReplicaRef replica;
    std::uint64_t term = 0;
};
/// The leader holds the lease again. Later acknowledgements extend it without an event. Its end is
/// no event either: a resting leader has no timer and lets the lease lapse.
struct LeaseTaken {
    ReplicaRef replica;
    Instant until;
};
/// The leader follows another one, has heard from no member for too long, or lost power with its
/// zone.
struct LeaderStopped {
    ReplicaRef replica;
    std::uint64_t term = 0;
};
struct ZoneFailed {
    RegionId region{};
    ZoneIndex zone{};
};
struct ZoneHealed {
    RegionId region{};
    ZoneIndex zone{};
};
struct LinkCut {
    RegionId region{};
    ZoneIndex a{};
    ZoneIndex b{};
};
struct LinkHealed {
    RegionId region{};
    ZoneIndex a{};
    ZoneIndex b{};
};
/// A request arrives at the router of its connection's zone.
struct RequestAdmitted {
    std::string operation;  ///< "GetItem".
    ZoneIndex zone{};
};

/// What a request does to items; Control concerns a table or the account. Unknown: it was refused
/// before it was parsed.
enum class RequestKind { Unknown, Read, Write, Control };

/// In bytes. The messages of the service are shorter, unless they repeat a long value.
inline constexpr std::size_t kErrorTextMax = 4096;
/// The beginning of an error's message that fits into an event.
std::string_view shortText(std::string_view message);

/// A request was answered: the request list shows these.
struct RequestServed {
    std::string operation;  ///< "GetItem".
    std::string table;      ///< Empty for the account.
    std::string key;        ///< Short text of the partition key; "25 keys" for a batch; or empty.
    std::string error;      ///< Empty, or the error's short name.
    std::string errorText;  ///< The error's message, up to kErrorTextMax.
    int httpStatus = 200;
    RequestKind kind = RequestKind::Unknown;
    bool consistent = false;  ///< For reads.
    bool replicaKnown = false;
    ReplicaRef replica;
    bool leader = false;
    Lsn lsn{};
    std::uint64_t behindRecords = 0;
    Duration behind{};
    /// Of a read: how many items differ from what was acknowledged when it began. 0 also where the
    /// replica lags but has the newest versions of these items.
    std::uint64_t staleItems = 0;
    Instant admittedAt;
    Duration took{};  ///< In virtual time.
};
struct StorageFailed {
    std::string message;
};

// Transactions. Each event is caused by the message that led to it.

/// A leader has evaluated the actions on its partition. `lsn` is the last record of those, if it
/// accepts all of them; otherwise the newest on which the refusal depends.
struct TransactionPrepared {
    ReplicaRef replica;
    Lsn lsn{};
    std::uint64_t items = 0;
    bool isAccepted = false;
};
/// The ledger has the outcome. `number` identifies the transaction in it.
struct TransactionDecided {
    ReplicaRef replica;  ///< Of the ledger.
    Lsn lsn{};
    bool isCommitted = false;
    std::uint64_t number = 0;
};
/// All partitions have done what was decided.
struct TransactionResolved {
    RegionId region{};
    ZoneIndex zone{};  ///< The coordinator's.
    std::uint64_t items = 0;
    bool isCommitted = false;
    bool isRecovery = false;
};
/// A node starts to recover a stalled transaction.
struct TransactionStalled {
    RegionId region{};
    ZoneIndex zone{};
    std::uint64_t number = 0;
};

using EventBody =
    std::variant<MessageSent, MessageDelivered, MessageDropped, LogAppended, LogCommitted,
                 LogApplied, LeaderElected, LeaseTaken, LeaderStopped, ZoneFailed, ZoneHealed,
                 LinkCut, LinkHealed, RequestAdmitted, RequestServed, StorageFailed,
                 TransactionPrepared, TransactionDecided, TransactionResolved, TransactionStalled>;

/// Traced only while a client follows the trace in detail. Most events are details; none of them
/// shows requests, elections or faults.
template <typename Body>
inline constexpr bool kIsDetail =
    std::is_same_v<Body, MessageSent> || std::is_same_v<Body, MessageDelivered> ||
    std::is_same_v<Body, MessageDropped> || std::is_same_v<Body, LogAppended> ||
    std::is_same_v<Body, LogCommitted> || std::is_same_v<Body, LogApplied> ||
    std::is_same_v<Body, LeaseTaken> || std::is_same_v<Body, RequestAdmitted> ||
    std::is_same_v<Body, TransactionPrepared> || std::is_same_v<Body, TransactionDecided> ||
    std::is_same_v<Body, TransactionResolved>;
bool isDetail(const EventBody& body);

struct Event {
    EventId id{};
    EventId cause{};
    Instant at;
    EventBody body;
};

/// "leader elected", "request served", …: the `kind` in JSON lines and in filters.
std::string_view eventKind(const EventBody& body);

/// One line of JSON, without a line end.
std::string eventJson(const Event& event);

}  // namespace orrery::observe
