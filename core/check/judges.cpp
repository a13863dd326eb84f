#include <algorithm>

#include "core/base/check.h"
#include "core/base/zone_letter.h"
#include "core/check/committed_log.h"
#include "core/check/leadership.h"
#include "core/check/verdict.h"

namespace orrery::check {
namespace {

std::string zoneName(ZoneIndex zone) {
    return std::string("zone ") + letterOf(zone);
}

std::string describe(Version version) {
    if (version == kNoVersion) return "a no-op";
    return "operation " + std::to_string(version.value) + "'s write of item " +
           std::to_string(version.item);
}

}  // namespace

void Verdict::fail(Instant at, std::string what) {
    if (!ok()) return;
    const auto microseconds = at.sinceStart().count() / 1000;
    m_violation = "at " + std::to_string(microseconds) + " us: " + std::move(what);
}

void CommittedLog::committed(ZoneIndex member, Lsn lsn, Version version, Instant now) {
    Lsn& last = m_members[member.value()];
    if (lsn != last.next()) {
        m_verdict->fail(now, zoneName(member) + " commits LSN " + std::to_string(lsn.value()) +
                                 " after LSN " + std::to_string(last.value()));
    }
    last = lsn;
    if (lsn == this->last().next()) {
        m_versions.push_back(version);
        return;
    }
    const std::optional<Version> before = at(lsn);
    if (before == version) return;
    m_verdict->fail(now, "two histories: at LSN " + std::to_string(lsn.value()) + " " +
                             zoneName(member) + " commits " + describe(version) +
                             ", where another committed " +
                             (before ? describe(*before) : std::string("nothing")));
}

std::optional<Version> CommittedLog::at(Lsn lsn) const {
    if (lsn == Lsn{} || lsn > last()) return std::nullopt;
    return m_versions[lsn.value() - 1];
}

void CommittedLog::expectConverged(Instant now) {
    for (std::uint8_t zone = 0; zone < kZonesPerRegion; ++zone) {
        const ZoneIndex member(zone);
        if (lastOf(member) == last()) continue;
        m_verdict->fail(now, "no convergence: " + zoneName(member) + " has committed up to LSN " +
                                 std::to_string(lastOf(member).value()) + " of " +
                                 std::to_string(last().value()));
    }
}

void Leadership::leads(ZoneIndex member, std::uint64_t term, Instant now) {
    const auto found = std::ranges::find(m_leaders.rbegin(), m_leaders.rend(), term,
                                         &std::pair<std::uint64_t, ZoneIndex>::first);
    if (found == m_leaders.rend()) {
        m_leaders.emplace_back(term, member);
    } else if (found->second != member) {
        m_verdict->fail(now, "two leaders of term " + std::to_string(term) + ": " +
                                 zoneName(found->second) + " and " + zoneName(member));
    }
}

void Leadership::serves(ZoneIndex member, Instant until, Instant now) {
    for (std::uint8_t zone = 0; zone < kZonesPerRegion; ++zone) {
        const ZoneIndex other(zone);
        if (other == member || m_servesUntil[zone] <= now) continue;
        m_verdict->fail(
            now, "two replicas serve as leader: " + zoneName(member) + " and " + zoneName(other));
    }
    Instant& end = m_servesUntil[member.value()];
    end = std::max(end, until);
}

}  // namespace orrery::check
