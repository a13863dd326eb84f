#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/replication/replication_types.h"

namespace orrery::replication {

/// A record on its way to a follower.
struct LogEntry {
    Term term;
    Lsn lsn;
    SharedBytes bytes;
};

/// Leader to follower: records, or none as a heartbeat. Asks for a promise not to vote for the
/// length of a lease, and is answered by an AppendReply.
///
/// The replica fills in `range` and leaves `entries` empty; the driver fills them from its log just
/// before it sends. To keep the message small it may send fewer, shorten `range` to what it sent
/// and tell the replica (Replica::shortened).
struct AppendRequest {
    Term term;
    LogPosition previous;  ///< The record before `range`, which the follower must have.
    LsnRange range;
    Lsn commit;
    Instant sentAt;  ///< The leader's now; it comes back in the reply.
    std::vector<LogEntry> entries;
};

/// Leader to follower, unanswered: what is committed when no record is about to carry it.
struct CommitNotice {
    Term term;
    Lsn commit;
    /// The leader lets its lease lapse and sends nothing more until something happens.
    bool resting = false;
};

struct AppendReply {
    enum class Kind : std::uint8_t { Accepted, Rejected };
    Term term;
    Kind kind;
    /// Accepted: the follower's log equals the leader's up to here, and has persisted it.
    Lsn matched{};
    /// Rejected: the `previous.lsn` that it does not have, and where the logs may still agree.
    Lsn rejected{};
    LogPosition hint{};
    /// The latest `sentAt` of this leader: the promise counts from it.
    Instant promisedFrom{};
};

/// Follower to the others: "I do not hear the leader; do you, and would you vote for me?" Changes
/// nothing where it arrives, so that one broken link ends no term. From a follower whose power is
/// back it also tells the leader that it is there.
struct CheckRequest {
    Term term;
    LogPosition last;
    std::uint32_t number;  ///< Comes back in the reply.
};

struct CheckReply {
    enum class Kind : std::uint8_t {
        LeaderHeard,  ///< I lead, or hear the leader: do not campaign.
        WouldVote,    ///< I would, once `promiseLeft` has passed.
        WouldNot,     ///< My log is ahead of yours.
    };
    Term term;
    Kind kind;
    std::uint32_t number;
    bool resting = false;             ///< LeaderHeard: the group is at rest.
    std::optional<ZoneIndex> leader;  ///< LeaderHeard: who it is.
    Duration promiseLeft{};
};

struct VoteRequest {
    Term term;
    LogPosition last;
};

struct VoteReply {
    Term term;  ///< Granted: the term voted in. Otherwise the voter's own.
    bool granted;
};

using Message = std::variant<AppendRequest, CommitNotice, AppendReply, CheckRequest, CheckReply,
                             VoteRequest, VoteReply>;

/// The name of a message's kind, for traces.
std::string_view messageName(const Message& message);

/// One message between two replicas of one group; the cluster knows which.
struct Envelope {
    ZoneIndex from;
    ZoneIndex to;
    Message message;
};

}  // namespace orrery::replication
