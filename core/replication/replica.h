#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/base/prng.h"
#include "core/base/time.h"
#include "core/replication/durable_state.h"
#include "core/replication/messages.h"
#include "core/replication/replica_options.h"

namespace orrery::replication {

// A replication group is three replicas of one log, one in each zone: Multi-Paxos with Raft's terms
// and a leader lease. core/decisions/0003-raft-terms.md explains why, and the consequences.

/// What the driver must do before this replica's next input, in this order: truncate the log, write
/// the records, save the state (all three in one write to the modelled disk), then send the
/// messages. Messages that promise durability appear only after `persisted` and `stateSaved`.
struct Output {
    /// Remove the records at and after this position; 0: none.
    Lsn truncateFrom{};
    /// Positions to write. Their bytes are in the AppendRequest just handled, with the caller of
    /// `propose`, or a no-op's.
    LsnRange persist;
    /// Also in `persist`: this replica has become leader; the driver creates a no-op record here.
    std::optional<LogPosition> noOp;
    /// If not 0: encode `state()` now, save it, then pass this number to `stateSaved`.
    std::uint32_t saveState = 0;
    /// Apply the chunk just received, or refuse it; see `requestNextChunk`.
    bool takeChunk = false;
    /// It is the first chunk: discard the whole log, which continues after `state().copyBase`.
    bool beginCopy = false;
    /// Newly committed positions, for the driver to apply. It may also save the state now, so that
    /// after a stop fewer records wait for the leader's commit position.
    LsnRange committed;
    std::vector<Envelope> send;

    bool empty() const {
        return !beginCopy && !takeChunk && truncateFrom == Lsn{} && persist.empty() &&
               saveState == 0 && committed.empty() && send.empty();
    }
};

/// How a replica object comes into being.
enum class Start : std::uint8_t {
    /// The process starts, for the first time or again. All replicas stopped together, so no lease
    /// is held, no promise is open, and no term has ended: a leader still leads, at rest.
    Resume,
    /// This node's power is back, while others may have continued. It may have forgotten a promise,
    /// so it neither votes nor campaigns for the length of a lease.
    PowerLoss,
};

/// One replica of a replication group: a state machine without clock, socket, disk or record bytes.
/// The same inputs in the same order give the same outputs, so a seed replays a run. `now` never
/// goes back. One thread.
///
/// A group at rest (no activity for the length of a lease) has no timer in any replica. A request
/// (`requestLease`, `propose`), a message, `suspect` or `heard` wakes it.
class Replica {
public:
    /// `options` must outlive the replica. `state` is the last saved one, and `lastLsn` the end of
    /// the log on disk. `prng` is a stream of this group and zone.
    Replica(ZoneIndex self, const ReplicaOptions& options, DurableState state, Lsn lastLsn,
            Start start, Prng prng, Instant now);

    // --- inputs; `takeOutput` after each

    /// Handles one message from another replica of the group.
    void step(const Envelope& envelope, Instant now);
    /// Call it at `deadline()`; earlier calls do nothing.
    void tick(Instant now);
    /// Assigns the next log position to a record of the caller, who keeps its bytes. Leader only.
    /// The record is committed once `Output::committed` covers its position; it may be lost if
    /// `term()` changes first. Several calls before one `takeOutput` share their messages.
    Lsn propose(Instant now);
    /// The modelled disk has the records up to this one. A late report about records that have
    /// since been truncated is harmless.
    void persisted(LogPosition upTo, Instant now);
    /// The modelled disk has saved the state with this number (Output::saveState).
    void stateSaved(std::uint32_t number, Instant now);
    /// Call it with every request; it is cheap if there is nothing to do. A leader stays awake, and
    /// renews its lease in one round if it does not hold it: wait for `canServe`. A replica without
    /// a known leader looks for one.
    void requestLease(Instant now);
    /// A hint that the node in `unheard` is unreachable from here. If it led, this replica checks
    /// with the other one and campaigns if that does not hear the leader either.
    void suspect(ZoneIndex unheard, Instant now);
    /// The zone is reachable again; a leader brings it up to date.
    void heard(ZoneIndex zone, Instant now);
    /// The driver shortened its last AppendRequest to `to`: the records end at `last`.
    void shortened(ZoneIndex to, Lsn last);
    /// Stops sending records to `to` until `resumeSending`, except what keeps the lease: enough
    /// bytes are in flight, which only the driver knows. It dropped the last AppendRequest, whose
    /// records began at `from`.
    void hold(ZoneIndex to, Lsn from);
    void resumeSending(ZoneIndex to, Instant now);
    /// The driver no longer has the records before `first`. Also call it after the start.
    void trimmed(Lsn first);
    /// Requests the next chunk: the driver has applied the last one and the records committed
    /// meanwhile. If the request is lost, the leader's next message makes the replica ask again.
    void requestNextChunk(Instant now);
    /// This leader's driver cannot read the chunk that `to` asked for, and says so in its place.
    void refuseCopy(ZoneIndex to);
    /// The driver cannot apply the chunk: requests no other one from this leader.
    void stopCopying();
    /// The copy is complete: the tree matches the log up to a committed position.
    void copied(Instant now);

    /// Starts handing the lead to the follower in `to`, if this leader serves and that one is up to
    /// date. From now on the driver proposes nothing, shows nothing new (`takesRequests`), and
    /// completes open requests. The hand-over is dropped if the follower has not caught up by the
    /// next renewal.
    void prepareHandOver(ZoneIndex to, Instant now);
    /// True once everything proposed is committed and on the follower. When all open requests are
    /// answered, call `handOver`.
    bool mayHandOver() const;
    /// Gives up the lease and the leadership.
    void handOver(Instant now);

    /// The time of the next `tick`: a renewal, a check or a campaign; Instant::never() at rest. Any
    /// input may move it, mostly later: keep one event queued and check again when it fires.
    Instant deadline() const { return m_timerAt; }
    bool hasOutput() const { return m_sendPending || !m_output.empty(); }
    /// Takes the outputs of all inputs since the last call; may be empty.
    Output takeOutput();

    // --- queries

    ZoneIndex zone() const { return m_self; }
    Role role() const { return m_role; }
    Term term() const { return m_state.term; }
    /// The leader of `term()`, as far as this replica knows.
    std::optional<ZoneIndex> leaderHint() const { return m_state.leader; }
    LogPosition lastPosition() const { return m_state.log.lastPosition(); }
    Lsn persistedLsn() const { return m_persisted; }
    Lsn commitLsn() const { return m_state.commit; }
    const DurableState& state() const { return m_state; }

    /// True if this replica leads, holds the lease at `now`, and has committed a record of its own
    /// term and, after a stop, everything that its log had then. So its log has every acknowledged
    /// record, no record from before the stop is undecided, and no other replica serves.
    bool canServe(Instant now) const;
    /// True if this replica leads and holds the lease: no other replica serves. What it knows to be
    /// committed may lack acknowledged records.
    bool holdsLease(Instant now) const;
    /// `canServe`, and no hand-over is in progress.
    bool takesRequests(Instant now) const { return canServe(now) && !m_handingOverTo; }
    /// The lease ends here; in the past if it is not held. Leader only.
    Instant leaseEnd() const;
    /// Until then, this replica votes for nobody but the leader.
    Instant promiseEnd() const;
    /// False from a power loss until the replica has reached the leader's commit position once;
    /// until then it serves no eventual reads.
    bool isCaughtUp() const { return m_state.caughtUp && m_state.standing == Standing::Whole; }
    Standing standing() const { return m_state.standing; }
    bool isAtRest() const { return m_timerAt == Instant::never(); }
    /// The last record of `zone` that the leader knows to be persisted. Leader only.
    Lsn matchedLsn(ZoneIndex zone) const;
    /// The next record to send to `zone`, for the first time or again. Leader only. Records before
    /// it that are not matched are in flight.
    Lsn nextLsn(ZoneIndex zone) const { return progressOf(zone).next; }

private:
    enum class Phase : std::uint8_t { Idle, Checking, Waiting };
    enum class Sending : std::uint8_t {
        Probe,
        Pipeline,
        Copy,  ///< The follower has been told that it needs a copy; it has no log to extend yet.
    };

    /// The leader's view of a follower.
    struct Progress {
        Lsn matched{};     ///< Persisted there and equal to ours.
        Lsn next{1};       ///< The first record not sent yet.
        Lsn commitTold{};  ///< The highest commit LSN sent.
        Instant promisedFrom;
        Instant lastSent;
        Sending sending = Sending::Probe;
        /// In Probe: one request is in flight; the next one waits for its answer.
        bool probeOut = false;
        bool held = false;         ///< The driver has stopped sending records for now.
        bool copying = false;      ///< The follower takes our records, but its tree is incomplete.
        bool copyRefused = false;  ///< It waits for nothing: our tree cannot be read.
    };

    void on(ZoneIndex from, const AppendRequest& request);
    void on(ZoneIndex from, const CommitNotice& notice);
    void on(ZoneIndex from, const AppendReply& reply);
    void on(ZoneIndex from, const CheckRequest& request);
    void on(ZoneIndex from, const CheckReply& reply);
    void on(ZoneIndex from, const VoteRequest& request);
    void on(ZoneIndex from, const VoteReply& reply);
    void on(ZoneIndex from, const CopyRequest& request);
    void on(ZoneIndex from, const CopyChunk& chunk);
    void on(ZoneIndex from, const HandOver& handOver);
    std::optional<Release> knownRelease() const;

    // Leading.
    void becomeLeader();
    void appendNoOp();
    LogPosition appendRecord();
    void wake();
    void renew();
    void rest();
    void tickLeader();
    void nudge(ZoneIndex zone);
    /// Sends at most one request per Output: the driver may shorten it, and the next one begins
    /// where it ended.
    void sendRecords(ZoneIndex to, Progress& progress);
    bool maySend(const Progress& progress) const;
    void sendAppend(ZoneIndex to, Progress& progress, Lsn last);
    /// Does not count messages to a zone that is unreachable.
    void noteCommitTold(ZoneIndex to, Progress& progress);
    void sendNotice(ZoneIndex to, Progress& progress, bool resting);
    void onAccepted(Progress& progress, const AppendReply& reply);
    void onRejected(Progress& progress, const AppendReply& reply);
    void advanceLeaderCommit();
    bool isUpToDateFollower(const Progress& progress) const;
    static bool isCopied(const Progress& progress) {
        return progress.sending == Sending::Copy || progress.copying;
    }
    /// True if a reachable follower waits for a chunk of a copy.
    bool isCopying() const;

    // Following.
    bool acceptLeader(ZoneIndex from, Term term);
    void takeEntries(const AppendRequest& request);
    void advanceFollowerCommit();
    void replyToAppend();
    void rejectAppend(const AppendRequest& request);
    void needCopy();
    void askForCopy();
    void beginCopy(LogPosition position);
    /// True if this replica may still get a chunk from the leader of this term.
    bool awaitsCopy() const {
        return m_state.standing != Standing::Whole && m_copyAskedAt != Instant::never();
    }

    // Electing.
    void becomeFollower(Term term, std::optional<ZoneIndex> leader);
    void startCheck();
    /// The delay until the next check, if this one finds neither a leader nor a majority.
    Duration checkDelay();
    void campaign();
    bool hearsLeader(ZoneIndex asker) const;
    bool refusesVotes() const;
    /// The log position for comparison with a candidate's.
    LogPosition votingPosition() const;
    void releasePromise(ZoneIndex from, Term ended);
    void rearmElection();
    Duration drawJitter(Duration bound);

    void stateChanged();
    bool stateIsSaved() const { return m_savedNumber == m_stateNumber; }
    void commitUpTo(Lsn lsn);
    void send(ZoneIndex to, Message message);
    /// The other two zones, in order.
    std::array<ZoneIndex, 2> peers() const;
    Progress freshProgress() const;
    Progress& progressOf(ZoneIndex zone);
    const Progress& progressOf(ZoneIndex zone) const;
    static std::uint8_t bitOf(ZoneIndex zone) {
        return static_cast<std::uint8_t>(1u << zone.value());
    }

    const ReplicaOptions* m_options;
    Instant m_now;
    Instant m_timerAt = Instant::never();
    DurableState m_state;
    Prng m_prng;
    std::uint32_t m_stateNumber = 0;  ///< The number of the last state whose saving was requested.
    std::uint32_t m_savedNumber = 0;
    Lsn m_persisted{};
    Lsn m_first{1};  ///< The first record that the driver still has.

    ZoneIndex m_self;
    Role m_role = Role::Follower;
    Phase m_phase = Phase::Idle;
    std::uint8_t m_suspected = 0;  ///< A bit for each unreachable zone.
    std::uint8_t m_votes = 0;      ///< A bit for each zone that voted for us.
    std::optional<ZoneIndex> m_voteOwedTo;
    ZoneIndex m_promisedTo{};
    bool m_yields = false;                     ///< Another replica campaigns first.
    std::optional<ZoneIndex> m_handingOverTo;  ///< On a leader.
    bool m_replyOwed = false;                  ///< To the leader, after the state is saved.
    bool m_sendPending = false;
    std::uint8_t m_failedChecks = 0;
    std::uint16_t m_checkNumber = 0;

    // As a follower.
    Instant m_abstainUntil;  ///< Promises from before a power loss may last until then.
    Instant m_promiseUntil;  ///< The promise to the leader of m_promiseTerm.
    Term m_promiseTerm{};
    Instant m_lastHeard;
    Duration m_jitter{};  ///< Added to electionDelay; redrawn with each term.
    /// The arrival of the oldest unanswered AppendRequest.
    Instant m_answerOwedSince = Instant::never();
    Instant m_leaderSentAt;
    Lsn m_matched{};  ///< Our log equals the leader's up to here, persisted or not.
    Lsn m_leaderCommit{};
    Instant m_copyAskedAt;  ///< never(): the leader of this term has no readable chunk for us.

    // As a leader.
    Lsn m_resumedTail{};  ///< The end of the log when the leader resumed.
    Instant m_wokeAt;
    Instant m_awakeUntil;
    std::array<Progress, 2> m_progress;  ///< The other two zones, in order.

    Output m_output;
};

}  // namespace orrery::replication
