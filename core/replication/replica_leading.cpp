#include <algorithm>

#include "core/base/check.h"
#include "core/replication/replica.h"
#include "core/replication/replica_times.h"

// The leader: assigns positions, sends records, counts the replicas that have persisted them, and
// keeps its lease while there is work.

namespace orrery::replication {

void Replica::becomeLeader() {
    m_role = Role::Leader;
    m_phase = Phase::Idle;
    m_failedChecks = 0;
    m_state.leader = m_self;
    stateChanged();
    m_progress.fill(freshProgress());
    m_wokeAt = m_now;
    m_awakeUntil = m_now + m_options->lease;
    m_timerAt = m_now + m_options->renew;
    // Records of earlier terms count as committed only below one of this term (Raft 5.4.2).
    appendNoOp();
}

void Replica::appendNoOp() {
    m_output.noOp = appendRecord();
}

LogPosition Replica::appendRecord() {
    const LogPosition position{m_state.term, m_state.log.last().next()};
    const bool newRun = m_state.log.lastPosition().term != position.term;
    m_state.log.append(position);
    if (newRun) stateChanged();
    if (m_output.persist.empty()) m_output.persist.first = position.lsn;
    m_output.persist.last = position.lsn;
    m_sendPending = true;
    return position;
}

void Replica::wake() {
    m_awakeUntil = m_now + m_options->lease;
    if (!isAtRest()) return;
    m_wokeAt = m_now;
    // Records about to be sent also request the lease.
    if (m_sendPending) {
        m_timerAt = m_now + m_options->renew;
    } else {
        renew();
    }
}

void Replica::renew() {
    for (const ZoneIndex peer : peers()) {
        Progress& progress = progressOf(peer);
        if (progress.lastSent + m_options->renew > m_now) continue;
        // A message unanswered for this long is lost, or its receiver is.
        const bool unanswered = progress.next > progress.matched.next();
        if (unanswered && progress.matched != Lsn{}) progress.next = progress.matched.next();
        if (unanswered) progress.sending = Sending::Probe;
        sendAppend(peer, progress, Lsn(progress.next.value() - 1));
    }
    m_timerAt = std::min(m_progress[0].lastSent, m_progress[1].lastSent) + m_options->renew;
}

void Replica::rest() {
    for (const ZoneIndex peer : peers())
        sendNotice(peer, progressOf(peer), true);
    m_timerAt = Instant::never();
}

void Replica::tickLeader() {
    m_handingOverTo.reset();
    const bool idle = m_state.commit == m_state.log.last() && !isCopying();
    if (m_now >= std::max(leaseEnd(), m_wokeAt) + m_options->lease) {
        // No follower has answered for so long that those who still hear this leader would wait in
        // vain. A leader that can send but not receive must not prevent an election.
        becomeFollower(m_state.term, std::nullopt);
    } else if (idle && m_now >= m_awakeUntil) {
        rest();
    } else {
        renew();
    }
}

void Replica::nudge(ZoneIndex zone) {
    Progress& progress = progressOf(zone);
    progress.sending = Sending::Probe;
    progress.probeOut = false;
    if (progress.matched != Lsn{}) progress.next = progress.matched.next();
    if (progress.held || progress.next > m_state.log.last()) {
        sendAppend(zone, progress, Lsn(progress.next.value() - 1));
    } else {
        sendRecords(zone, progress);
    }
    wake();
}

bool Replica::isCopying() const {
    return std::ranges::any_of(peers(), [this](ZoneIndex peer) {
        const Progress& progress = progressOf(peer);
        return isCopied(progress) && !progress.copyRefused && (m_suspected & bitOf(peer)) == 0;
    });
}

bool Replica::maySend(const Progress& progress) const {
    if (progress.sending == Sending::Copy) return false;
    if (progress.held || progress.probeOut || progress.next > m_state.log.last()) return false;
    const std::uint64_t under = progress.next.value() - 1 - progress.matched.value();
    return progress.sending == Sending::Probe || under < m_options->windowRecordsMax;
}

void Replica::sendRecords(ZoneIndex to, Progress& progress) {
    if (!maySend(progress)) return;
    const std::uint64_t under = progress.next.value() - 1 - progress.matched.value();
    const std::uint64_t left = m_state.log.last().value() - progress.next.value() + 1;
    std::uint64_t count = std::min<std::uint64_t>(left, m_options->batchRecordsMax);
    if (progress.sending == Sending::Pipeline)
        count = std::min(count, m_options->windowRecordsMax - under);
    sendAppend(to, progress, Lsn(progress.next.value() + count - 1));
    m_sendPending = m_sendPending || maySend(progress);
}

void Replica::sendAppend(ZoneIndex to, Progress& progress, Lsn last) {
    const Lsn first = std::max(progress.next, m_first);
    const Lsn before(first.value() - 1);
    AppendRequest request;
    request.term = m_state.term;
    request.previous = {m_state.log.termAt(before), before};
    request.trimmed = progress.next < m_first;
    request.range = {first, request.trimmed ? before : last};
    request.commit = m_state.commit;
    request.sentAt = m_now;
    if (request.trimmed) {
        progress.sending = Sending::Copy;
    } else {
        progress.next = last.next();
    }
    progress.lastSent = m_now;
    noteCommitTold(to, progress);
    progress.probeOut = progress.sending == Sending::Probe;
    send(to, std::move(request));
}

void Replica::noteCommitTold(ZoneIndex to, Progress& progress) {
    if ((m_suspected & bitOf(to)) == 0) progress.commitTold = m_state.commit;
}

void Replica::sendNotice(ZoneIndex to, Progress& progress, bool resting) {
    noteCommitTold(to, progress);
    send(to, CommitNotice{m_state.term, m_state.commit, resting});
}

void Replica::on(ZoneIndex from, const AppendReply& reply) {
    if (reply.term > m_state.term) return becomeFollower(reply.term, std::nullopt);
    // The lease counts only promises of members that acknowledged the current term.
    if (m_role != Role::Leader || reply.term < m_state.term) return;
    m_suspected &= static_cast<std::uint8_t>(~bitOf(from));
    Progress& progress = progressOf(from);
    progress.promisedFrom = std::max(progress.promisedFrom, reply.promisedFrom);
    if (reply.standing == Standing::NeedsCopy) {
        // The follower takes no records, requests the copy itself, and is about to discard its log.
        // Nobody has relied on that log beyond the position where the copy begins.
        progress.sending = Sending::Copy;
        progress.copying = true;
        progress.matched = Lsn{};
    } else if (reply.kind == AppendReply::Kind::Accepted) {
        onAccepted(progress, reply);
    } else {
        onRejected(progress, reply);
    }
    if (maySend(progress)) {
        // A follower that catches up and answers is work; one that is away is not.
        wake();
        m_sendPending = true;
    } else if (progress.commitTold < m_state.commit && m_state.commit == m_state.log.last()) {
        sendNotice(from, progress, false);
    }
}

void Replica::onAccepted(Progress& progress, const AppendReply& reply) {
    progress.sending = Sending::Pipeline;
    progress.probeOut = false;
    const bool isWhole = reply.standing == Standing::Whole;
    // A reply from before the copy says nothing about it.
    if (!isWhole || reply.matched >= progress.matched) progress.copying = !isWhole;
    // The log that restarted with a copy may end before the one it replaced.
    if (!isWhole) progress.matched = std::min(progress.matched, reply.matched);
    if (reply.matched <= progress.matched) return advanceLeaderCommit();
    progress.matched = std::min(reply.matched, m_state.log.last());
    progress.next = std::max(progress.next, progress.matched.next());
    advanceLeaderCommit();
}

void Replica::onRejected(Progress& progress, const AppendReply& reply) {
    if (reply.standing != Standing::Whole) progress.copying = true;
    if (progress.copying) progress.matched = std::min(progress.matched, reply.hint.lsn);
    // A reply about an older position than already matched carries no information.
    if (reply.rejected <= progress.matched) return;
    const Lsn agreed = m_state.log.lastAtMost(reply.hint);
    progress.next = std::max(agreed, progress.matched).next();
    // The follower already knows that it needs a copy.
    if (progress.sending == Sending::Copy && progress.next < m_first) return;
    progress.sending = Sending::Probe;
    progress.probeOut = false;
}

void Replica::advanceLeaderCommit() {
    std::array<Lsn, 3> persisted = {m_persisted};
    for (std::size_t i = 0; i < m_progress.size(); ++i) {
        if (!m_progress[i].copying) persisted[i + 1] = m_progress[i].matched;
    }
    std::ranges::sort(persisted);
    // Two of three have the record, and this replica must be one of them: a replica must not treat
    // records as committed that its own disk may lose.
    Lsn commit = std::min(persisted[1], m_persisted);
    if (m_options->plantedBug == PlantedBug::CommitWithoutQuorum) commit = m_persisted;
    if (commit <= m_state.commit) return;
    if (m_state.log.termAt(commit) != m_state.term) return;
    commitUpTo(commit);
    if (!std::exchange(m_state.caughtUp, true)) stateChanged();
    if (commit != m_state.log.last()) return;  // The next record, or its commit, carries it.
    for (const ZoneIndex peer : peers()) {
        Progress& progress = progressOf(peer);
        if (progress.sending == Sending::Pipeline) sendNotice(peer, progress, false);
    }
}

}  // namespace orrery::replication
