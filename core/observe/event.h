#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace orrery::observe {

// What happens in a world, one value per event, each with the event that caused it. Events carry
// numbers and short texts only; they cross to other threads by value.

/// A replica: a zone's member of a group.
struct ReplicaRef {
    GroupId group{};
    RegionId region{};
    ZoneIndex zone{};
    bool operator==(const ReplicaRef&) const = default;
};

enum class MessageKind : std::uint8_t {
    Append,
    AppendReply,
    Vote,
    VoteReply,
    Commit,
    Read,
    Write,
    Reply,
    Other
};

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
};
struct MessageDropped {
    ReplicaRef from;
    ZoneIndex to{};
    MessageKind kind{};
};
struct LogAppended {
    ReplicaRef replica;
    Lsn lsn{};
};
struct LogCommitted {
    ReplicaRef replica;
    Lsn lsn{};
};
struct LogApplied {
    ReplicaRef replica;
    Lsn lsn{};
};
struct LeaderElected {
    ReplicaRef replica;
    std::uint64_t term = 0;
};
struct LeaseTaken {
    ReplicaRef replica;
    Instant until;
};
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
/// What a request does to items; Control is about a table or the account. Of one that was refused
/// before it was understood nobody can tell.
enum class RequestKind { Unknown, Read, Write, Control };

/// A request that was answered: the request list shows these.
struct RequestServed {
    std::string operation;  ///< "GetItem".
    std::string table;      ///< Empty for the account.
    std::string key;        ///< Short text of the partition key, or empty.
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
                 LinkCut, LinkHealed, RequestServed, StorageFailed>;

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
