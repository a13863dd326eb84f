#include <algorithm>

#include "core/base/check.h"
#include "core/replication/replica.h"
#include "core/replication/replica_times.h"

// The follower: takes the leader's records and commit position, and gives promises.

namespace orrery::replication {

bool Replica::acceptLeader(ZoneIndex from, Term term) {
    if (term < m_state.term) {
        // The sender is a former leader that does not know its term is over.
        AppendReply reply;
        reply.term = m_state.term;
        reply.kind = AppendReply::Kind::Rejected;
        reply.promisedFrom = kLongAgo;
        send(from, reply);
        return false;
    }
    // Two leaders in one term: a bug, left for the checkers to report.
    if (term == m_state.term && m_role == Role::Leader) return false;
    if (term > m_state.term || m_role == Role::Candidate) becomeFollower(term, from);
    if (m_state.leader != from) {
        m_state.leader = from;
        stateChanged();
    }
    m_phase = Phase::Idle;
    m_failedChecks = 0;
    m_suspected &= static_cast<std::uint8_t>(~bitOf(from));
    m_lastHeard = m_now;
    m_timerAt = m_now + m_options->electionDelay + m_jitter;
    return true;
}

void Replica::on(ZoneIndex from, const AppendRequest& request) {
    if (!acceptLeader(from, request.term)) return;
    m_leaderSentAt = std::max(m_leaderSentAt, request.sentAt);
    // The leader counts from sending, the follower from receiving, so the promise outlasts the
    // lease.
    m_promiseUntil = m_now + m_options->lease;
    m_promiseTerm = request.term;
    m_promisedTo = from;
    m_leaderCommit = std::max(m_leaderCommit, request.commit);
    if (m_state.standing == Standing::NeedsCopy) {
        // The log is about to be discarded, so take nothing that others might rely on.
        askForCopy();
        return rejectAppend(request);
    }
    // Committed records are the same everywhere; they need no comparison.
    const bool known = request.previous.lsn <= m_state.commit;
    if (!known && !m_state.log.contains(request.previous)) {
        if (request.trimmed) needCopy();
        return rejectAppend(request);
    }
    if (m_state.standing == Standing::Copying) askForCopy();
    takeEntries(request);
    const Lsn end(request.previous.lsn.value() + request.entries.size());
    m_matched = std::max(m_matched, end);
    advanceFollowerCommit();
    // Records are acknowledged once persisted. If the disk takes longer than a renewal, the promise
    // is sent ahead.
    if (m_answerOwedSince == Instant::never()) m_answerOwedSince = m_now;
    const bool overdue = m_answerOwedSince + m_options->renew <= m_now;
    if (m_persisted >= end || overdue) replyToAppend();
}

void Replica::takeEntries(const AppendRequest& request) {
    Lsn place = request.previous.lsn;
    for (const LogEntry& entry : request.entries) {
        place = place.next();
        CHECK(entry.lsn == place);
        const LogPosition position{entry.term, entry.lsn};
        if (place <= m_state.commit || m_state.log.contains(position)) continue;
        if (place <= m_state.log.last()) {
            // An unacknowledged tail of an earlier leader (Raft 5.3).
            m_state.log.truncateFrom(place);
            m_persisted = std::min(m_persisted, m_state.log.last());
            m_output.truncateFrom = place;
            stateChanged();
        }
        const bool newRun = m_state.log.lastPosition().term != position.term;
        m_state.log.append(position);
        if (newRun) stateChanged();
        if (m_output.persist.empty()) m_output.persist.first = place;
        m_output.persist.last = place;
    }
}

void Replica::advanceFollowerCommit() {
    const Lsn commit = std::min({m_leaderCommit, m_matched, m_persisted});
    if (commit > m_state.commit) commitUpTo(commit);
    if (m_state.commit < m_leaderCommit || m_state.standing != Standing::Whole) return;
    if (!std::exchange(m_state.caughtUp, true)) stateChanged();
}

void Replica::replyToAppend() {
    if (!m_state.leader) return;
    if (!stateIsSaved()) {
        m_replyOwed = true;
        return;
    }
    AppendReply reply;
    reply.term = m_state.term;
    reply.kind = AppendReply::Kind::Accepted;
    reply.matched = std::min(m_matched, m_persisted);
    reply.promisedFrom = m_leaderSentAt;
    reply.standing = m_state.standing;
    m_answerOwedSince = Instant::never();
    send(*m_state.leader, reply);
}

void Replica::rejectAppend(const AppendRequest& request) {
    AppendReply reply;
    reply.term = m_state.term;
    reply.kind = AppendReply::Kind::Rejected;
    reply.rejected = request.previous.lsn;
    const Lsn agreed = std::max(m_state.log.lastAtMost(request.previous), m_state.commit);
    reply.hint = {m_state.log.termAt(agreed), agreed};
    reply.standing = m_state.standing;
    // A promise sent before its term is on disk would be forgotten in a power loss.
    reply.promisedFrom = stateIsSaved() ? m_leaderSentAt : kLongAgo;
    send(*m_state.leader, reply);
}

void Replica::on(ZoneIndex from, const CommitNotice& notice) {
    if (!acceptLeader(from, notice.term)) return;
    m_leaderCommit = std::max(m_leaderCommit, notice.commit);
    advanceFollowerCommit();
    // A replica with an incomplete copy keeps looking for a leader to copy from.
    if (notice.resting && !awaitsCopy()) m_timerAt = Instant::never();
}

}  // namespace orrery::replication
