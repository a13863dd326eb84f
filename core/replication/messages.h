#pragma once

#include <memory>
#include <optional>
#include <string>
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
    /// The leader no longer has the records up to `previous`: a follower that lacks one of them
    /// needs a copy.
    bool trimmed = false;
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
    /// Unless its tree is whole, no record counts as committed because this replica has it.
    Standing standing = Standing::Whole;
};

/// Follower to the others: "I do not hear the leader; do you, and would you vote for me?" Changes
/// nothing where it arrives, so that one broken link ends no term. From a follower whose power is
/// back it also tells the leader that it is there.
struct CheckRequest {
    Term term;
    LogPosition last;
    std::uint32_t number;  ///< Comes back in the reply.
    /// False: it cannot lead before its copy is whole, so another has to campaign.
    bool mayLead = true;
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

/// That the leader of a term has given up its lease, and leads no more in that term.
struct Release {
    ZoneIndex leader{};
    Term term{};
};

struct VoteRequest {
    Term term;
    LogPosition last;
    /// The leader that has given up its lease for the candidate: what was promised to it is over.
    std::optional<Release> release = {};
};

struct VoteReply {
    Term term;  ///< Granted: the term voted in. Otherwise the voter's own.
    bool granted;
};

/// Leader to the follower that is to lead next and has its whole log: "I have given up my lease.
/// Campaign at once."
struct HandOver {
    Term term;
};

// Catch-up from below the trim mark: the follower asks for one piece of the leader's tree after the
// other, in order of key. The replicas say when; what is in a piece is the drivers' business.

/// Follower to leader. The driver fills in how far its tree is.
struct CopyRequest {
    Term term;
    bool begins = false;  ///< From the first key, with a new log.
    Lsn applied{};        ///< The piece must not be older than this.
    SharedBytes cursor;   ///< Where the copy goes on; null: from the first key.
};

/// A piece of a tree.
struct CopiedRange {
    struct Entry {
        std::string key;
        SharedBytes image;
    };
    std::string from;     ///< What the request asked for.
    std::string to;       ///< Keys of [from, to) that are not among the entries do not exist.
    bool isLast = false;  ///< There are no keys from `to` on.
    std::vector<Entry> entries;  ///< In order of key.
    std::string mark;  ///< The driver's: what it keeps of the whole tree, as of this piece.
};

/// Leader to follower. The driver fills in `range` from its tree as it is when all up to `position`
/// is applied, or does not send.
struct CopyChunk {
    Term term;
    LogPosition position;
    SharedBytes cursor;  ///< Of the request.
    std::shared_ptr<const CopiedRange> range;
};

using Message = std::variant<AppendRequest, CommitNotice, AppendReply, CheckRequest, CheckReply,
                             VoteRequest, VoteReply, CopyRequest, CopyChunk, HandOver>;

/// One message between two replicas of one group; the cluster knows which.
struct Envelope {
    ZoneIndex from;
    ZoneIndex to;
    Message message;
};

}  // namespace orrery::replication
