#include <algorithm>

#include "core/base/check.h"
#include "core/replication/replica.h"
#include "core/replication/replica_times.h"

// Catch-up from below the trim mark. A follower that lacks records which no log has any more asks
// the leader for its tree, a piece at a time. With the first piece its log begins anew at the place
// that the piece shows; from then on it takes records like any other, but until the copy is whole
// it neither leads nor counts for a commit. The driver applies what is committed to the keys that
// have been copied; a piece is never older than what was applied before it came.

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
    // A piece may reach the tree before the log begins anew: the disk must know that by then.
    const bool isKnown = m_state.standing == Standing::Copying || stateIsSaved();
    if (isKnown && m_copyAskedAt + m_options->renew <= m_now) copyGoesOn(m_now);
}

void Replica::copyGoesOn(Instant now) {
    m_now = now;
    if (m_state.standing == Standing::Whole || !m_state.leader) return;
    m_copyAskedAt = m_now;
    CopyRequest request;
    request.term = m_state.term;
    request.begins = m_state.standing == Standing::NeedsCopy;
    send(*m_state.leader, std::move(request));
}

void Replica::on(ZoneIndex from, const CopyRequest& request) {
    if (request.term > m_state.term) return becomeFollower(request.term, std::nullopt);
    if (m_role != Role::Leader || request.term < m_state.term) return;
    m_suspected &= static_cast<std::uint8_t>(~bitOf(from));
    Progress& progress = progressOf(from);
    progress.copying = true;
    // It forgets its log, and nobody has counted on what that had beyond the copy.
    if (request.begins) progress.matched = Lsn{};
    if (m_state.log.firstOf(m_state.term) == Lsn{}) appendNoOp();
    wake();
    // Otherwise what it has is not known to be all that was ever acknowledged.
    const Lsn first = m_state.log.firstOf(m_state.term);
    if (m_state.commit < first || m_state.commit < request.applied) return;
    CopyChunk chunk;
    chunk.term = m_state.term;
    chunk.position = {m_state.log.termAt(m_state.commit), m_state.commit};
    chunk.cursor = request.cursor;
    send(from, std::move(chunk));
}

void Replica::on(ZoneIndex from, const CopyChunk& chunk) {
    if (!acceptLeader(from, chunk.term)) return;
    if (m_state.standing == Standing::Whole) return;
    if (m_state.standing == Standing::NeedsCopy) {
        if (chunk.cursor != nullptr || chunk.position.lsn < m_state.commit) return;
        // What is still on its way to the disk would get into the new log.
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
