#include "core/replication/replica.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/replication/replica_times.h"

namespace orrery::replication {

Replica::Replica(ZoneIndex self, const ReplicaOptions& options, DurableState state, Lsn lastLsn,
                 Start start, Prng prng, Instant now)
    : m_options(&options),
      m_now(now),
      m_state(std::move(state)),
      m_prng(prng),
      m_self(self),
      m_abstainUntil(kLongAgo),
      m_promiseUntil(kLongAgo),
      m_lastHeard(kLongAgo),
      m_leaderSentAt(kLongAgo),
      m_copyAskedAt(kLongAgo),
      m_wokeAt(now),
      m_awakeUntil(now) {
    CHECK(self.value() < kZonesPerRegion);
    m_state.log.endAt(lastLsn);
    m_state.commit = std::min(m_state.commit, lastLsn);
    m_persisted = lastLsn;
    m_matched = m_state.commit;
    m_leaderCommit = m_state.commit;
    m_jitter = drawJitter(options.electionJitter);
    m_progress.fill(freshProgress());
    if (start == Start::Resume) {
        const bool leads = m_state.leader == m_self;
        if (m_state.standing == Standing::Whole) {
            if (!leads) return;
            m_role = Role::Leader;
            m_resumedTail = lastLsn;
            return;
        }
        // If this replica led, its tree was not on disk yet. The others still take it for their
        // leader; its check makes them look for another.
        if (leads) m_state.leader.reset();
        if (leads) stateChanged();
        m_timerAt = now;
        return;
    }
    if (m_state.leader == m_self) m_state.leader.reset();
    m_state.caughtUp = false;
    m_abstainUntil = now + options.lease;
    stateChanged();
    m_timerAt = now;
}

void Replica::step(const Envelope& envelope, Instant now) {
    m_now = now;
    std::visit([&](const auto& message) { on(envelope.from, message); }, envelope.message);
}

void Replica::tick(Instant now) {
    m_now = now;
    if (now < m_timerAt) return;
    if (m_role == Role::Leader) {
        tickLeader();
    } else if (m_role == Role::Follower && m_phase == Phase::Waiting) {
        campaign();
    } else {
        m_role = Role::Follower;
        startCheck();
    }
}

Lsn Replica::propose(Instant now) {
    m_now = now;
    CHECK(m_role == Role::Leader);
    if (m_state.log.firstOf(m_state.term) == Lsn{}) appendNoOp();
    const Lsn lsn = appendRecord().lsn;
    wake();
    return lsn;
}

void Replica::persisted(LogPosition upTo, Instant now) {
    m_now = now;
    // A report about a truncated record names a position that the log no longer has.
    if (!m_state.log.contains(upTo)) return;
    if (upTo.lsn <= m_persisted) return;
    m_persisted = upTo.lsn;
    if (m_role == Role::Leader) {
        advanceLeaderCommit();
    } else if (m_leaderSentAt != kLongAgo) {
        advanceFollowerCommit();
        replyToAppend();
    }
}

void Replica::stateSaved(std::uint32_t number, Instant now) {
    m_now = now;
    m_savedNumber = std::max(m_savedNumber, number);
    if (!stateIsSaved()) return;
    if (m_voteOwedTo) send(*std::exchange(m_voteOwedTo, {}), VoteReply{m_state.term, true});
    if (std::exchange(m_replyOwed, false)) replyToAppend();
    if (m_state.standing == Standing::NeedsCopy) askForCopy();
    if (m_role == Role::Candidate && m_votes == 0) {
        // Our own vote is on disk; only now may it count.
        m_votes = bitOf(m_self);
        for (const ZoneIndex peer : peers())
            send(peer, VoteRequest{m_state.term, lastPosition(), knownRelease()});
    }
}

void Replica::requestLease(Instant now) {
    m_now = now;
    if (m_role == Role::Leader) {
        if (m_state.log.firstOf(m_state.term) == Lsn{}) appendNoOp();
        wake();
        if (now >= leaseEnd()) renew();
    } else if (!m_state.leader && isAtRest()) {
        startCheck();
    }
}

void Replica::suspect(ZoneIndex unheard, Instant now) {
    m_now = now;
    m_suspected |= bitOf(unheard);
    // The last commit position sent may have been lost with the link.
    if (m_role == Role::Leader) progressOf(unheard).commitTold = Lsn{};
    const bool follows = m_role == Role::Follower && m_phase == Phase::Idle;
    if (follows && m_state.leader == unheard) startCheck();
}

void Replica::heard(ZoneIndex zone, Instant now) {
    m_now = now;
    m_suspected &= static_cast<std::uint8_t>(~bitOf(zone));
    if (m_role == Role::Leader) {
        const Progress& progress = progressOf(zone);
        const bool behind = progress.matched < m_state.log.last() ||
                            progress.commitTold < m_state.commit || isCopied(progress);
        if (behind) nudge(zone);
    } else if (m_role == Role::Follower && (m_phase == Phase::Checking || !m_state.leader)) {
        // With this zone back, there may be a majority.
        m_failedChecks = 0;
        startCheck();
    }
}

void Replica::shortened(ZoneIndex to, Lsn last) {
    Progress& progress = progressOf(to);
    progress.next = std::min(progress.next, last.next());
}

void Replica::hold(ZoneIndex to, Lsn from) {
    Progress& progress = progressOf(to);
    progress.next = std::min(progress.next, from);
    progress.commitTold = Lsn{};
    progress.probeOut = false;
    progress.held = true;
}

void Replica::resumeSending(ZoneIndex to, Instant now) {
    m_now = now;
    if (m_role != Role::Leader || !std::exchange(progressOf(to).held, false)) return;
    if (progressOf(to).next > m_state.log.last()) return;
    if (isAtRest()) return nudge(to);
    m_sendPending = true;
    wake();
}

void Replica::trimmed(Lsn first) {
    CHECK(first > Lsn{});
    m_first = std::max(m_first, first);
    // Keeps the term of the record before the first, for comparison with followers.
    m_state.log.trimBefore(Lsn(m_first.value() - 1));
}

Output Replica::takeOutput() {
    if (std::exchange(m_sendPending, false) && m_role == Role::Leader) {
        for (const ZoneIndex peer : peers())
            sendRecords(peer, progressOf(peer));
    }
    return std::exchange(m_output, {});
}

bool Replica::canServe(Instant now) const {
    if (m_role != Role::Leader) return false;
    const Lsn first = m_state.log.firstOf(m_state.term);
    if (first == Lsn{} || m_state.commit < first) return false;
    // The fate of records that nobody was told of before the stop must be known before anything is
    // shown.
    const bool isSettled = m_state.commit >= m_resumedTail;
    if (!isSettled && m_options->plantedBug != PlantedBug::TailUnsettled) return false;
    return holdsLease(now);
}

bool Replica::holdsLease(Instant now) const {
    if (m_role != Role::Leader) return false;
    return now < leaseEnd() || m_options->plantedBug == PlantedBug::LeaseIgnored;
}

Instant Replica::leaseEnd() const {
    // The leader and one follower form a majority, so any other majority shares a member with it.
    return std::max(m_progress[0].promisedFrom, m_progress[1].promisedFrom) + m_options->lease;
}

Instant Replica::promiseEnd() const {
    if (m_options->plantedBug == PlantedBug::PromiseIgnored) return kLongAgo;
    return std::max(m_promiseUntil, m_abstainUntil);
}

Lsn Replica::matchedLsn(ZoneIndex zone) const {
    return zone == m_self ? m_persisted : progressOf(zone).matched;
}

Replica::Progress Replica::freshProgress() const {
    Progress progress;
    progress.next = m_state.log.last().next();
    progress.promisedFrom = kLongAgo;
    progress.lastSent = kLongAgo;
    return progress;
}

std::array<ZoneIndex, 2> Replica::peers() const {
    return {ZoneIndex(m_self.value() == 0 ? 1 : 0), ZoneIndex(m_self.value() == 2 ? 1 : 2)};
}

Replica::Progress& Replica::progressOf(ZoneIndex zone) {
    return m_progress[zone == peers()[0] ? 0 : 1];
}

const Replica::Progress& Replica::progressOf(ZoneIndex zone) const {
    return m_progress[zone == peers()[0] ? 0 : 1];
}

void Replica::stateChanged() {
    m_output.saveState = ++m_stateNumber;
}

void Replica::commitUpTo(Lsn lsn) {
    if (m_output.committed.empty()) m_output.committed.first = m_state.commit.next();
    m_output.committed.last = lsn;
    m_state.commit = lsn;
}

void Replica::send(ZoneIndex to, Message message) {
    m_output.send.push_back({m_self, to, std::move(message)});
}

}  // namespace orrery::replication
