#include <algorithm>

#include "core/base/check.h"
#include "core/replication/replica.h"
#include "core/replication/replica_times.h"

// A healthy leader hands over to another replica (Raft thesis, 3.10). It accepts nothing new, waits
// until everything is committed and answered and the successor has its whole log, gives up its
// lease, and tells the successor. Since all promises were to that leader, the successor need not
// wait for them to expire. It is elected like any leader, in a new term, and serves after a record
// of that term.

namespace orrery::replication {

bool Replica::isUpToDateFollower(const Progress& progress) const {
    return !isCopied(progress) && progress.matched == m_state.log.last();
}

void Replica::prepareHandOver(ZoneIndex to, Instant now) {
    m_now = now;
    if (!takesRequests(now) || to == m_self || (m_suspected & bitOf(to)) != 0) return;
    if (isCopied(progressOf(to))) return;
    m_handingOverTo = to;
    wake();
}

bool Replica::mayHandOver() const {
    return m_handingOverTo && m_role == Role::Leader && m_state.commit == m_state.log.last() &&
           isUpToDateFollower(progressOf(*m_handingOverTo));
}

void Replica::handOver(Instant now) {
    m_now = now;
    CHECK(mayHandOver());
    send(*m_handingOverTo, HandOver{m_state.term});
    m_handingOverTo.reset();
    if (m_options->plantedBug == PlantedBug::ServesAfterRelease) return;
    becomeFollower(m_state.term, std::nullopt);
}

void Replica::on(ZoneIndex from, const HandOver& handOver) {
    const bool isOurs = m_role == Role::Follower && handOver.term == m_state.term;
    if (!isOurs || m_state.leader != from || m_state.standing != Standing::Whole) return;
    releasePromise(from, handOver.term);
    // Any promise forgotten in a power loss was to this leader, or to one whose lease ended before
    // this one was elected.
    m_abstainUntil = kLongAgo;
    if (m_now < promiseEnd()) return;
    m_yields = false;
    campaign();
}

// A leader that released this replica from its promise never leads again in that term.
std::optional<Release> Replica::knownRelease() const {
    const bool isReleased = m_promiseUntil == kLongAgo && m_promiseTerm > Term{};
    return isReleased ? std::optional(Release{m_promisedTo, m_promiseTerm}) : std::nullopt;
}

}  // namespace orrery::replication
