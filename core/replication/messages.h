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

/// A record sent to a follower.
struct LogEntry {
    Term term;
    Lsn lsn;
    SharedBytes bytes;
};

/// Leader to follower: records, or none as a heartbeat. Asks for a promise not to vote for the
/// length of a lease. The follower answers with an AppendReply.
///
/// The replica sets `range` and leaves `entries` empty; the driver fills them from its log just
/// before sending. To limit the message, it may send fewer entries; it then shortens `range`
/// accordingly and tells the replica (Replica::shortened).
struct AppendRequest {
    Term term;
    LogPosition previous;  ///< The record before `range`; the follower must have it.
    LsnRange range;
    Lsn commit;
    Instant sentAt;  ///< The leader's time; the reply echoes it.
    std::vector<LogEntry> entries;
    /// The leader has trimmed the records up to `previous`: a follower that lacks one of them needs
    /// a copy.
    bool trimmed = false;
};

/// Leader to follower, unanswered: the commit position, when no record is about to carry it.
struct CommitNotice {
    Term term;
    Lsn commit;
    /// The leader lets its lease expire and sends nothing until the group wakes.
    bool resting = false;
};

struct AppendReply {
    enum class Kind : std::uint8_t { Accepted, Rejected };
    Term term;
    Kind kind;
    /// Accepted: the follower's log equals the leader's up to here and is persisted.
    Lsn matched{};
    /// Rejected: the `previous.lsn` that the follower lacks, and where the logs may still agree.
    Lsn rejected{};
    LogPosition hint{};
    /// The latest `sentAt` from this leader; the promise counts from it.
    Instant promisedFrom{};
    /// Unless this is Whole, the replica does not count towards a commit.
    Standing standing = Standing::Whole;
};

/// Follower to the others: "I do not hear the leader. Do you, and would you vote for me?" Receiving
/// it changes nothing, so that one broken link does not end a term. After a power loss, it also
/// tells the leader that this follower is back.
struct CheckRequest {
    Term term;
    LogPosition last;
    std::uint32_t number;  ///< The reply echoes it.
    /// False during a copy: this replica cannot lead, so another one has to campaign.
    bool mayLead = true;
};

struct CheckReply {
    enum class Kind : std::uint8_t {
        LeaderHeard,  ///< I am the leader or hear it: do not campaign.
        WouldVote,    ///< I would vote for you once `promiseLeft` has passed.
        WouldNot,     ///< My log is ahead of yours.
    };
    Term term;
    Kind kind;
    std::uint32_t number;
    bool resting = false;             ///< With LeaderHeard: the group is at rest.
    std::optional<ZoneIndex> leader;  ///< With LeaderHeard: the leader.
    Duration promiseLeft{};
};

/// States that the leader of a term has given up its lease and no longer leads in that term.
struct Release {
    ZoneIndex leader{};
    Term term{};
};

struct VoteRequest {
    Term term;
    LogPosition last;
    /// The leader that gave up its lease for the candidate: promises to it are void.
    std::optional<Release> release = {};
};

struct VoteReply {
    Term term;  ///< The term voted in if granted, otherwise the voter's own.
    bool granted;
};

/// Leader to its successor, which has its whole log: "I have given up my lease. Campaign at once."
struct HandOver {
    Term term;
};

// Catch-up from below the trim mark: the follower requests the leader's tree in chunks, in order of
// key. The replicas decide when; the drivers decide what is in a chunk.

/// Follower to leader. The driver fills in `applied` and `cursor`.
struct CopyRequest {
    Term term;
    bool begins = false;  ///< Starts at the first key, with a new log.
    Lsn commit{};         ///< The follower knows the records up to this to be committed.
    LogPosition last{};   ///< The end of its log.
    Lsn applied{};        ///< The chunk must be at least as new as this.
    SharedBytes cursor;   ///< Where the copy continues; null: at the first key.
};

/// A chunk of a tree.
struct CopiedRange {
    struct Entry {
        std::string key;
        SharedBytes image;
    };
    std::string from;     ///< The start that was requested.
    std::string to;       ///< Keys of [from, to) that are not among the entries do not exist.
    bool isLast = false;  ///< There are no keys from `to` on.
    std::vector<Entry> entries;  ///< In order of key.
    // For the driver, of the whole tree as of this chunk: its mark, and the commit timestamp of its
    // newest record.
    std::string mark;
    CalendarTime lastCommitTimestamp;
};

/// Leader to follower. The driver fills in `range` from its tree once that has applied everything
/// up to `position`; otherwise it does not send the message. If its tree cannot be read there, the
/// driver sets `isUnreadable` instead, and the follower does not ask this leader again.
struct CopyChunk {
    Term term;
    LogPosition position;
    SharedBytes cursor;  ///< From the request.
    std::shared_ptr<const CopiedRange> range;
    bool isUnreadable = false;
};

using Message = std::variant<AppendRequest, CommitNotice, AppendReply, CheckRequest, CheckReply,
                             VoteRequest, VoteReply, CopyRequest, CopyChunk, HandOver>;

/// A message between two replicas of a group. The cluster knows which group.
struct Envelope {
    ZoneIndex from;
    ZoneIndex to;
    Message message;
};

}  // namespace orrery::replication
