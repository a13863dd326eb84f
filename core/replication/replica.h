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

// One replication group is three replicas of one log, one in each zone: Multi-Paxos with Raft's
// terms and a leader lease. core/decisions/0003-raft-terms.md says why, and what follows from it.

/// What the driver must do before it gives this replica its next input, in this order:
/// cut the log, write the records, save the state (the three as one write to the modelled disk),
/// then send. Messages that promise durability appear only after `persisted` and `stateSaved`.
struct Output {
    /// Forget the records at and after this place; 0: none.
    Lsn truncateFrom{};
    /// Places to write. The bytes are in the AppendRequest just handled, or were given to
    /// `propose`'s caller, or are a no-op.
    LsnRange persist;
    /// In `persist` too: this replica now leads; the driver makes the bytes of a no-op record here.
    std::optional<LogPosition> noOp;
    /// Not 0: encode `state()` now, save it, then report this number to `stateSaved`.
    std::uint32_t saveState = 0;
    /// Take the piece of a copy that was just handled, or refuse it: see `copyGoesOn`.
    bool takeChunk = false;
    /// It is the first: forget the whole log, which goes on after `state().copyBase`.
    bool beginCopy = false;
    /// Places that are newly known to be committed, for the driver to apply. It may save the state
    /// then as well, so that after a stop fewer records wait for the leader's word.
    LsnRange committed;
    std::vector<Envelope> send;

    bool empty() const {
        return !beginCopy && !takeChunk && truncateFrom == Lsn{} && persist.empty() &&
               saveState == 0 && committed.empty() && send.empty();
    }
};

/// How the life of a replica object begins.
enum class Start : std::uint8_t {
    /// The process starts, for the first time or again. All replicas stopped together, so no lease
    /// is held, no promise is open, and no term has ended: a leader still leads, at rest.
    Resume,
    /// This node's power is back while others may have gone on. It may have promised something that
    /// it forgot, so it neither votes nor campaigns for the length of a lease.
    PowerLoss,
};

/// One replica of a replication group: a state machine with no clock, no socket, no disk and no
/// record bytes. The same inputs in the same order give the same outputs, so a seed replays a run.
/// `now` never goes back. One thread.
///
/// A group at rest (nothing under way for the length of a lease) has no timer in any replica. It
/// wakes by a request (`requestLease`, `propose`), a message, `suspect` or `heard`.
class Replica {
public:
    /// `options` outlives the replica. `state` is what was saved last and `lastLsn` the end of the
    /// log as the disk has it. `prng` is a stream of this group and zone.
    Replica(ZoneIndex self, const ReplicaOptions& options, DurableState state, Lsn lastLsn,
            Start start, Prng prng, Instant now);

    // --- inputs; `takeOutput` after each

    /// Handles one message of another replica of the group.
    void step(const Envelope& envelope, Instant now);
    /// Lets time pass. Needed no earlier than `deadline()`; earlier it does nothing.
    void tick(Instant now);
    /// Gives the next place in the log to a record of the caller, who keeps its bytes. Leader only.
    /// The record is committed when `Output::committed` has its place, and may be lost if `term()`
    /// changes before. Several calls before one `takeOutput` share their messages.
    Lsn propose(Instant now);
    /// The modelled disk has the records up to this one. Late news of records that were cut off
    /// since does no harm.
    void persisted(LogPosition upTo, Instant now);
    /// The modelled disk has the state that was asked for by this number.
    void stateSaved(std::uint32_t number, Instant now);
    /// A request is here. A leader stays awake for it, and takes its lease by one round if it does
    /// not hold it: wait for `canServe`. A replica that knows no leader looks for one. Cheap when
    /// there is nothing to do; call it with every request.
    void requestLease(Instant now);
    /// The node in `unheard` is no longer heard from here: a hint. If it led, this replica checks
    /// with the other and, if that does not hear it either, campaigns.
    void suspect(ZoneIndex unheard, Instant now);
    /// It is heard again: a leader brings it up to date.
    void heard(ZoneIndex zone, Instant now);
    /// The driver sent `to` the records up to `last` only, of the last AppendRequest it was given.
    void shortened(ZoneIndex to, Lsn last);
    /// Enough bytes are under way to `to`, which the driver alone can say: it did not send the last
    /// AppendRequest, whose records began at `from`. Before `goOn` it gets no records, only what
    /// keeps the lease.
    void hold(ZoneIndex to, Lsn from);
    void goOn(ZoneIndex to, Instant now);
    /// The driver no longer has the records before `first`. Call it after the start too.
    void trimmed(Lsn first);
    /// The driver has taken a piece of the copy and what was committed meanwhile, and wants the
    /// next. Where it is lost, the leader's next message makes the replica ask again.
    void copyGoesOn(Instant now);
    /// The copy is whole: the tree is what the log says, up to a place that is committed.
    void copied(Instant now);

    /// A leader that serves, and has a follower in `to` that is up to date, is to let that lead.
    /// From now on the driver proposes nothing and shows nothing new (`takesRequests`), and answers
    /// what is open. Nothing comes of it if the follower has not caught up by the next renewal.
    void prepareHandOver(ZoneIndex to, Instant now);
    /// All that was proposed is committed, and the follower has it: once everything is answered,
    /// call `handOver`.
    bool mayHandOver() const;
    /// Gives up the lease and the lead.
    void handOver(Instant now);

    /// When `tick` is needed: a renewal, a check, a campaign. Instant::never() at rest. It may move
    /// with every input, mostly later: keep one event queued and look again when it is due.
    Instant deadline() const { return m_timerAt; }
    bool hasOutput() const { return m_sendPending || !m_output.empty(); }
    /// Takes what the inputs since the last call produced. Empty if nothing is to be done.
    Output takeOutput();

    // --- queries

    ZoneIndex zone() const { return m_self; }
    Role role() const { return m_role; }
    Term term() const { return m_state.term; }
    /// Who leads `term()`, as far as this replica knows.
    std::optional<ZoneIndex> leaderHint() const { return m_state.leader; }
    LogPosition lastPosition() const { return m_state.log.lastPosition(); }
    Lsn persistedLsn() const { return m_persisted; }
    Lsn commitLsn() const { return m_state.commit; }
    const DurableState& state() const { return m_state; }

    /// True if this replica leads, holds the lease at `now`, and has committed a record of its own
    /// term and, after a stop, all that its log had then: so its log has all that was ever
    /// acknowledged, nothing in it from before the stop is still open, and nobody else serves.
    bool canServe(Instant now) const;
    /// `canServe`, and it is not about to hand over.
    bool takesRequests(Instant now) const { return canServe(now) && !m_handingOverTo; }
    /// The lease is held before this instant. In the past if it is not held; for a leader only.
    Instant leaseEnd() const;
    /// Before this instant this replica votes for nobody but the leader.
    Instant promiseEnd() const;
    /// False from a loss of power until the leader's word has been reached once: no eventual reads.
    bool isCaughtUp() const { return m_state.caughtUp && m_state.standing == Standing::Whole; }
    Standing standing() const { return m_state.standing; }
    bool isAtRest() const { return m_timerAt == Instant::never(); }
    /// Up to where the leader knows the log of `zone` to be persisted; for a leader only.
    Lsn matchedLsn(ZoneIndex zone) const;
    /// The first record that was not sent to `zone`, or is to be sent again; for a leader only.
    /// What was sent before it and is not matched is under way.
    Lsn nextLsn(ZoneIndex zone) const { return progressOf(zone).next; }

private:
    enum class Phase : std::uint8_t { Idle, Checking, Waiting };
    enum class Sending : std::uint8_t {
        Probe,
        Pipeline,
        Copy,  ///< It was told that it needs a copy, and has no log to add to yet.
    };

    /// What the leader knows of a follower.
    struct Progress {
        Lsn matched{};     ///< Persisted there, and equal to ours.
        Lsn next{1};       ///< The first record not sent yet.
        Lsn commitTold{};  ///< The highest commit LSN sent.
        Instant promisedFrom;
        Instant lastSent;
        Sending sending = Sending::Probe;
        bool probeOut = false;  ///< In Probe: one request is out, more only after its answer.
        bool held = false;      ///< By the driver: no records for now.
        bool copying = false;   ///< It has records of ours, and no whole tree.
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
    /// One request, if there are records that may go. One in each Output: the driver may send fewer
    /// records than it was given, and the next begins after them.
    void sendRecords(ZoneIndex to, Progress& progress);
    bool maySend(const Progress& progress) const;
    void sendAppend(ZoneIndex to, Progress& progress, Lsn last);
    /// What is sent to a zone that is not heard tells nobody anything.
    void noteCommitTold(ZoneIndex to, Progress& progress);
    void sendNotice(ZoneIndex to, Progress& progress, bool resting);
    void onAccepted(Progress& progress, const AppendReply& reply);
    void onRejected(Progress& progress, const AppendReply& reply);
    void advanceLeaderCommit();
    bool isUpToDateFollower(const Progress& progress) const;
    static bool isCopied(const Progress& progress) {
        return progress.sending == Sending::Copy || progress.copying;
    }
    /// Somebody who is heard waits for a piece of a copy.
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

    // Electing.
    void becomeFollower(Term term, std::optional<ZoneIndex> leader);
    void startCheck();
    /// Until the next check, should this one find nobody to follow and no majority.
    Duration checkDelay();
    void campaign();
    bool hearsLeader(ZoneIndex asker) const;
    bool refusesVotes() const;
    /// What a candidate's log is compared with.
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
    std::uint32_t m_stateNumber = 0;  ///< Of the state that was last asked to be saved.
    std::uint32_t m_savedNumber = 0;
    Lsn m_persisted{};
    Lsn m_first{1};  ///< The first record that the driver still has.

    ZoneIndex m_self;
    Role m_role = Role::Follower;
    Phase m_phase = Phase::Idle;
    std::uint8_t m_suspected = 0;  ///< A bit for each zone that is not heard.
    std::uint8_t m_votes = 0;      ///< A bit for each zone that voted for us.
    std::optional<ZoneIndex> m_voteOwedTo;
    ZoneIndex m_promisedTo{};
    bool m_yields = false;                     ///< Another campaigns first.
    std::optional<ZoneIndex> m_handingOverTo;  ///< As a leader.
    bool m_replyOwed = false;                  ///< To the leader, once the state is saved.
    bool m_sendPending = false;
    std::uint8_t m_failedChecks = 0;
    std::uint16_t m_checkNumber = 0;

    // As a follower.
    Instant m_abstainUntil;  ///< What may have been promised before a loss of power.
    Instant m_promiseUntil;  ///< To the leader of m_promiseTerm.
    Term m_promiseTerm{};
    Instant m_lastHeard;
    Duration m_jitter{};  ///< Added to electionDelay; drawn anew with each term.
    Instant m_answerOwedSince = Instant::never();  ///< The oldest AppendRequest not answered.
    Instant m_leaderSentAt;
    Lsn m_matched{};  ///< Our log equals the leader's up to here, persisted or not.
    Lsn m_leaderCommit{};
    Instant m_copyAskedAt;

    // As a leader.
    Lsn m_resumedTail{};  ///< The end of the log when it resumed as leader.
    Instant m_wokeAt;
    Instant m_awakeUntil;
    std::array<Progress, 2> m_progress;  ///< The other two zones, in order.

    Output m_output;
};

}  // namespace orrery::replication
