#pragma once

#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/ids.h"
#include "core/check/verdict.h"

namespace orrery::check {

/// Judges who leads one replication group: at most one leader in a term (S2), and at most one that
/// serves at any time (S3).
class Leadership {
public:
    /// `verdict` must outlive it.
    explicit Leadership(Verdict& verdict) : m_verdict(&verdict) {}

    /// `member` believes that it leads `term`. May be repeated.
    void leads(ZoneIndex member, std::uint64_t term, Instant now);
    /// `member` serves writes and strong reads now and, as far as it knows, until `until`.
    void serves(ZoneIndex member, Instant until, Instant now);
    /// `member` no longer serves: it stepped down or lost power.
    void stops(ZoneIndex member) { m_servesUntil[member.value()] = Instant(); }

private:
    Verdict* m_verdict;
    /// The leaders by term, for terms that had one. Terms only grow, so the search is short.
    std::vector<std::pair<std::uint64_t, ZoneIndex>> m_leaders;
    std::array<Instant, kZonesPerRegion> m_servesUntil{};
};

}  // namespace orrery::check
