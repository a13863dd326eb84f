#include <algorithm>
#include <bit>

#include "core/base/check.h"
#include "core/replication/replica.h"
#include "core/replication/replica_times.h"

// Elections. A follower that misses the leader asks the others whether they miss it too (the
// service's answer to gray failures), waits until the promises of a majority have ended, and
// campaigns for the next term.

namespace orrery::replication {

void Replica::becomeFollower(Term term, std::optional<ZoneIndex> leader) {
    if (term > m_state.term) {
        m_state.term = term;
        m_state.vote.reset();
        m_voteOwedTo.reset();
        m_matched = m_state.commit;
        m_leaderCommit = m_state.commit;
        if (m_copyAskedAt == Instant::never()) m_copyAskedAt = kLongAgo;
    }
    m_role = Role::Follower;
    m_phase = Phase::Idle;
    m_yields = false;
    m_resumedTail = {};
    m_handingOverTo.reset();
    m_state.leader = leader;
    m_leaderSentAt = kLongAgo;
    m_replyOwed = false;
    m_sendPending = false;
    m_jitter = drawJitter(m_options->electionJitter);
    stateChanged();
    rearmElection();
}

void Replica::rearmElection() {
    m_timerAt = m_now + m_options->electionDelay + m_jitter;
}

Duration Replica::drawJitter(Duration bound) {
    if (bound <= Duration::zero()) return Duration::zero();
    return Duration(
        static_cast<std::int64_t>(m_prng.below(static_cast<std::uint64_t>(bound.count()))));
}

Duration Replica::checkDelay() {
    const int doublings = std::max(m_failedChecks - 1, 0);
    const Duration patience = m_options->electionDelay * (1 << doublings);
    return std::min(patience, m_options->checkDelayMax) + drawJitter(m_options->electionJitter);
}

void Replica::startCheck() {
    m_phase = Phase::Checking;
    ++m_checkNumber;
    m_failedChecks = static_cast<std::uint8_t>(std::min(m_failedChecks + 1, 10));
    m_timerAt = m_now + checkDelay();
    const bool mayLead = m_state.standing == Standing::Whole;
    for (const ZoneIndex peer : peers())
        send(peer, CheckRequest{m_state.term, votingPosition(), m_checkNumber, mayLead});
}

// The position on which others rely. A copy in progress has replaced everything committed before
// it, and this replica has not counted towards any commit since.
LogPosition Replica::votingPosition() const {
    return m_state.standing == Standing::Copying ? m_state.copyBase : lastPosition();
}

bool Replica::hearsLeader(ZoneIndex asker) const {
    // The asker looks for a leader, so it does not lead.
    if (!m_state.leader || m_state.leader == asker || m_phase != Phase::Idle) return false;
    if ((m_suspected & bitOf(*m_state.leader)) != 0) return false;
    return isAtRest() || m_lastHeard + m_options->electionDelay > m_now;
}

void Replica::releasePromise(ZoneIndex from, Term ended) {
    // A leader that asks or hands over no longer leads, and never will again in that term.
    if (m_promisedTo == from && m_promiseTerm <= ended) m_promiseUntil = kLongAgo;
}

void Replica::on(ZoneIndex from, const CheckRequest& request) {
    releasePromise(from, request.term);
    CheckReply reply;
    reply.term = m_state.term;
    reply.number = request.number;
    reply.resting = isAtRest();
    const bool leads = m_role == Role::Leader;
    if (leads || hearsLeader(from)) {
        reply.kind = CheckReply::Kind::LeaderHeard;
        reply.leader = m_state.leader;
    } else if (isUpToDate(request.last, votingPosition())) {
        reply.kind = CheckReply::Kind::WouldVote;
        reply.promiseLeft = std::max(Duration::zero(), promiseEnd() - m_now);
        // Two replicas waiting for the same promises would campaign together and split the votes.
        const bool isFirst = request.last > votingPosition() || from < m_self;
        if (request.mayLead && isFirst) m_yields = true;
    } else {
        reply.kind = CheckReply::Kind::WouldNot;
    }
    send(from, reply);
    if (leads) nudge(from);
    // Nobody leads and the asker cannot, so this replica must.
    const bool askerCannot = reply.kind == CheckReply::Kind::WouldNot || !request.mayLead;
    if (reply.kind != CheckReply::Kind::LeaderHeard && askerCannot && isAtRest()) startCheck();
}

void Replica::on(ZoneIndex from, const CheckReply& reply) {
    if (m_role != Role::Follower || m_phase == Phase::Idle) return;
    if (reply.number != m_checkNumber) return;
    switch (reply.kind) {
        case CheckReply::Kind::LeaderHeard:
            // A replica at rest in an older term may name a leader that has long been replaced;
            // only the leader itself knows.
            if (reply.term < m_state.term && reply.leader != from) break;
            if (reply.term > m_state.term) becomeFollower(reply.term, std::nullopt);
            if (reply.term == m_state.term && m_state.leader != reply.leader) {
                m_state.leader = reply.leader;
                stateChanged();
            }
            m_phase = Phase::Idle;
            m_timerAt = reply.resting && !awaitsCopy() ? Instant::never() : m_now + checkDelay();
            break;
        case CheckReply::Kind::WouldVote:
            if (m_phase == Phase::Waiting || m_state.standing != Standing::Whole) break;
            if (reply.term > m_state.term) becomeFollower(reply.term, std::nullopt);
            m_phase = Phase::Waiting;
            m_timerAt = std::max(promiseEnd(), m_now + reply.promiseLeft);
            // A replica of a later zone yields to this one, so no other campaign is near.
            if (from < m_self || m_options->yieldDelay <= Duration::zero())
                m_timerAt = m_timerAt + drawJitter(m_options->campaignJitter);
            break;
        case CheckReply::Kind::WouldNot:
            break;
    }
}

void Replica::campaign() {
    if (m_state.standing != Standing::Whole) return startCheck();
    if (m_now < promiseEnd()) {
        m_timerAt = promiseEnd();
        return;
    }
    if (std::exchange(m_yields, false) && m_options->yieldDelay > Duration::zero()) {
        m_timerAt = m_now + m_options->yieldDelay;
        return;
    }
    m_role = Role::Candidate;
    m_phase = Phase::Idle;
    m_state.term = m_state.term.next();
    m_state.vote = m_self;
    m_state.leader.reset();
    m_matched = m_state.commit;
    m_leaderCommit = m_state.commit;
    m_leaderSentAt = kLongAgo;
    m_voteOwedTo.reset();
    m_replyOwed = false;
    m_votes = 0;
    m_failedChecks = 0;
    stateChanged();
    m_timerAt = m_now + m_options->electionDelay / 4 + drawJitter(m_options->electionJitter);
}

bool Replica::refusesVotes() const {
    return m_now < promiseEnd() || (m_role == Role::Leader && m_now < leaseEnd());
}

void Replica::on(ZoneIndex from, const VoteRequest& request) {
    if (request.term > Term{}) releasePromise(from, Term(request.term.value() - 1));
    if (request.release) releasePromise(request.release->leader, request.release->term);
    if (request.term < m_state.term || refusesVotes()) {
        // Does not adopt the term: a candidate that is too early must not unseat the leader.
        send(from, VoteReply{m_state.term, false});
        return;
    }
    if (request.term > m_state.term) becomeFollower(request.term, std::nullopt);
    const bool forgetful = m_options->plantedBug == PlantedBug::VoteTwice;
    const bool free = !m_state.vote || m_state.vote == from || forgetful;
    if (!free || m_state.leader || !isUpToDate(request.last, votingPosition())) {
        send(from, VoteReply{m_state.term, false});
        return;
    }
    m_state.vote = from;
    stateChanged();
    m_voteOwedTo = from;
    if (m_role != Role::Follower) return;
    m_phase = Phase::Idle;
    rearmElection();
}

void Replica::on(ZoneIndex from, const VoteReply& reply) {
    if (reply.term > m_state.term) return becomeFollower(reply.term, std::nullopt);
    if (m_role != Role::Candidate || reply.term < m_state.term || !reply.granted) return;
    m_votes |= bitOf(from);
    if (std::popcount(m_votes) >= 2) becomeLeader();
}

}  // namespace orrery::replication
