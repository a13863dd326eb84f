#include <algorithm>

#include "core/base/check.h"
#include "core/replication/replica.h"
#include "core/replication/replica_times.h"

// Catch-up from below the trim mark. A follower that lacks records which every log has trimmed
// requests the leader's tree, chunk by chunk. The first chunk restarts its log at the chunk's
// position. From then on it takes records like any other replica, but until the copy is complete it
// neither leads nor counts towards a commit. The driver applies committed records to the keys
// already copied; a chunk is never older than the records applied before it arrived. If the leader
// cannot read its tree, the copy stops until another replica leads.

namespace orrery::replication {

void Replica::needCopy() {
    if (m_state.standing != Standing::NeedsCopy) {
        m_state.standing = Standing::NeedsCopy;
        m_state.caughtUp = false;
        stateChanged();
    }
    askForCopy();
}

void Replica::askForCopy() {
    // A chunk may reach the tree before the log restarts, so the disk must have this state first.
    if (!awaitsCopy()) return;
    const bool isKnown = m_state.standing == Standing::Copying || stateIsSaved();
    if (isKnown && m_copyAskedAt + m_options->renew <= m_now) requestNextChunk(m_now);
}

void Replica::requestNextChunk(Instant now) {
    m_now = now;
    if (!awaitsCopy() || !m_state.leader) return;
    m_copyAskedAt = m_now;
    CopyRequest request;
    request.term = m_state.term;
    request.begins = m_state.standing == Standing::NeedsCopy;
    request.commit = m_state.commit;
    request.last = lastPosition();
    send(*m_state.leader, std::move(request));
}

void Replica::on(ZoneIndex from, const CopyRequest& request) {
    if (request.term > m_state.term) return becomeFollower(request.term, std::nullopt);
    if (m_role != Role::Leader || request.term < m_state.term) return;
    m_suspected &= static_cast<std::uint8_t>(~bitOf(from));
    Progress& progress = progressOf(from);
    progress.copying = true;
    progress.copyRefused = false;
    // The follower discards its log; nobody has relied on its records beyond the copy.
    if (request.begins) progress.matched = Lsn{};
    if (m_state.log.firstOf(m_state.term) == Lsn{}) appendNoOp();
    wake();
    // A leader has all committed records. Its own knowledge of them may be older than the
    // follower's, and without the follower it may be unable to commit anything.
    Lsn known = std::min(request.commit, m_persisted);
    if (m_options->plantedBug == PlantedBug::CopyCommitsLog) known = m_persisted;
    if (known > m_state.commit) commitUpTo(known);
    if (m_state.commit < request.applied) return;
    // The log that the copy replaces may hold records that were committed with its help. None of
    // them is after a committed record of this term, or after the last one that both logs may have.
    const Lsn first = m_state.log.firstOf(m_state.term);
    const Lsn agreed = m_state.log.lastAtMost(request.last);
    if (request.begins && m_state.commit < std::min(first, agreed)) return;
    if (m_options->plantedBug == PlantedBug::CopyAwaitsCommit && m_state.commit < first) return;
    CopyChunk chunk;
    chunk.term = m_state.term;
    chunk.position = {m_state.log.termAt(m_state.commit), m_state.commit};
    chunk.cursor = request.cursor;
    send(from, std::move(chunk));
}

void Replica::stopCopying() {
    m_copyAskedAt = Instant::never();
}

void Replica::refuseCopy(ZoneIndex to) {
    progressOf(to).copyRefused = true;
}

void Replica::on(ZoneIndex from, const CopyChunk& chunk) {
    if (!acceptLeader(from, chunk.term)) return;
    if (m_state.standing == Standing::Whole) return;
    if (chunk.isUnreadable) return stopCopying();
    if (m_state.standing == Standing::NeedsCopy) {
        if (chunk.cursor != nullptr || chunk.position.lsn < m_state.commit) return;
        // Writes in flight to the disk would end up in the new log.
        if (!stateIsSaved()) return;
        beginCopy(chunk.position);
    }
    m_output.takeChunk = true;
}

void Replica::beginCopy(LogPosition position) {
    m_state.standing = Standing::Copying;
    m_state.copyBase = position;
    m_state.log.resetTo(position);
    m_state.commit = position.lsn;
    m_first = position.lsn.next();
    m_persisted = position.lsn;
    m_matched = position.lsn;
    m_leaderCommit = std::max(m_leaderCommit, position.lsn);
    m_output.beginCopy = true;
    stateChanged();
    m_replyOwed = true;  // The leader sends records once it knows where the log begins.
}

void Replica::copied(Instant now) {
    m_now = now;
    CHECK(m_state.standing == Standing::Copying);
    m_state.standing = Standing::Whole;
    stateChanged();
    m_replyOwed = m_role == Role::Follower && m_leaderSentAt != kLongAgo;
    if (m_role == Role::Follower) advanceFollowerCommit();
}

}  // namespace orrery::replication
