#pragma once

#include <cstdint>
#include <string>
#include <type_traits>
#include <variant>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace orrery::observe {

// What happens in a world, one value per event, each with the event that caused it. Events carry
// numbers and short texts only; they cross to other threads by value.
//
// As text an event is one line of JSON, flat. Every line has "id", "atNs" (the instant) and "kind",
// and "cause" where the event has one. The other members are those of the structs below; "region"
// is a number, zones are letters, a replica is "group", "region" and "zone".
//
//   {"id":21,"cause":17,"atNs":290,"kind":"log appended","group":1,"region":0,"zone":"b","lsn":2}
//
// Following causes leads from an answer back to the request. Of a write: request served; message
// delivered and sent, "reply"; log applied; log committed; message delivered and sent, "append
// reply"; log appended at a follower; message delivered and sent, "append"; message delivered and
// sent, "write"; request admitted. A timer's effects are caused by what set the timer.
//
// Ids go up by one with every event, kept or not: they are the same whoever looks. A cause that is
// not in the trace was not kept, or has gone since.

/// A replica: a zone's member of a group.
struct ReplicaRef {
    GroupId group{};
    RegionId region{};
    ZoneIndex zone{};
    bool operator==(const ReplicaRef&) const = default;
};

enum class MessageKind : std::uint8_t {
    // Between the replicas of a group.
    Append,
    Renew,  ///< An append without records: it asks for the lease.
    AppendReply,
    Commit,  ///< What is committed, where no record is about to carry it.
    Check,   ///< Before an election: does nobody hear the leader?
    CheckReply,
    Vote,
    VoteReply,
    CopyRequest,  ///< For a piece of the tree, where the log does not reach back far enough.
    Copy,
    HandOver,  ///< The leader gives up its lease for the receiver.
    // Between a router and a replica.
    Read,
    Write,
    Reply,
    // Between the leader of a base partition and that of an index partition.
    IndexBatch,
    IndexBatchReply,
};

// Messages. The replica is that of the group which the message concerns; at the other end, or in
// its zone, may be a router or the leader of a base partition.

/// `lsn` is the last record of an append, what a commit or an append reply says, or the end of the
/// log of who checks or wants a vote; of an index batch and of routers' messages 0, but of a reply
/// how far the replica that answers has applied.
struct MessageSent {
    ReplicaRef from;
    ZoneIndex to{};
    MessageKind kind{};
    Lsn lsn{};
};
struct MessageDelivered {
    ReplicaRef to;
    ZoneIndex from{};
    MessageKind kind{};
    Lsn lsn{};
};
/// Lost at once, or when it would have arrived.
struct MessageDropped {
    ReplicaRef from;
    ZoneIndex to{};
    MessageKind kind{};
    Lsn lsn{};
};

// A replica's three marks move: records `first` to `lsn` are persisted, known to be committed,
// applied. In JSON "first" is left out where it is `lsn`.

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
/// The lease was not held and is now. What the followers acknowledge from here on extends it, which
/// is no event of its own, and so is its end: a leader at rest lets it lapse and has no timer.
struct LeaseTaken {
    ReplicaRef replica;
    Instant until;
};
/// It follows another, has heard from nobody for too long, or its zone lost power.
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
/// A request comes to the router of its connection's zone.
struct RequestAdmitted {
    std::string operation;  ///< "GetItem".
    ZoneIndex zone{};
};

/// What a request does to items; Control is about a table or the account. Of one that was refused
/// before it was understood nobody can tell.
enum class RequestKind { Unknown, Read, Write, Control };

/// A request that was answered: the request list shows these.
struct RequestServed {
    std::string operation;  ///< "GetItem".
    std::string table;      ///< Empty for the account.
    std::string key;        ///< Short text of the partition key; of a batch "25 keys"; or empty.
    std::string error;      ///< Empty, or the error's short name.
    int httpStatus = 200;
    RequestKind kind = RequestKind::Unknown;
    bool consistent = false;  ///< Of a read.
    bool replicaKnown = false;
    ReplicaRef replica;
    bool leader = false;
    Lsn lsn{};
    std::uint64_t behindRecords = 0;
    Duration behind{};
    Instant admittedAt;
    Duration took{};  ///< In virtual time.
};
struct StorageFailed {
    std::string message;
};

using EventBody =
    std::variant<MessageSent, MessageDelivered, MessageDropped, LogAppended, LogCommitted,
                 LogApplied, LeaderElected, LeaseTaken, LeaderStopped, ZoneFailed, ZoneHealed,
                 LinkCut, LinkHealed, RequestAdmitted, RequestServed, StorageFailed>;

/// What is kept only while somebody follows the trace in detail: most of what happens, and nothing
/// that a list of requests, elections and faults would show.
template <typename Body>
inline constexpr bool kIsDetail =
    std::is_same_v<Body, MessageSent> || std::is_same_v<Body, MessageDelivered> ||
    std::is_same_v<Body, MessageDropped> || std::is_same_v<Body, LogAppended> ||
    std::is_same_v<Body, LogCommitted> || std::is_same_v<Body, LogApplied> ||
    std::is_same_v<Body, LeaseTaken> || std::is_same_v<Body, RequestAdmitted>;
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
