#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/check/verdict.h"

namespace orrery::check {

/// What a log record does to an item, for judges: items are small numbers of the workload, and a
/// value is the number of the operation that wrote it (History), so that no two are alike.
struct Version {
    std::uint32_t item = 0;
    std::uint32_t value = 0;

    bool operator==(const Version&) const = default;
};

/// A record that is no client's: a no-op of a new leader.
inline constexpr Version kNoVersion{UINT32_MAX, UINT32_MAX};

/// The one history of a replication group, put together from what its members say is committed.
/// Judges, with every call in constant time: that no two members commit different records at one
/// place, and that each commits its places in order without a hole (invariants S4, S5 and S7).
class CommittedLog {
public:
    /// `verdict` outlives it.
    explicit CommittedLog(Verdict& verdict) : m_verdict(&verdict) {}

    /// `member` has applied the record at `lsn` and will never take it back.
    void committed(ZoneIndex member, Lsn lsn, Version version, Instant now);
    /// `member` starts again and tells again what follows `last`.
    void restarted(ZoneIndex member, Lsn last) { m_members[member.value()] = last; }

    /// The highest place that any member committed.
    Lsn last() const { return Lsn(m_versions.size()); }
    Lsn lastOf(ZoneIndex member) const { return m_members[member.value()]; }
    /// The record at `lsn`, or nothing if nobody has committed it yet.
    std::optional<Version> at(Lsn lsn) const;

    /// For the end of a run, after the faults: every member has committed everything.
    void expectConverged(Instant now);

private:
    Verdict* m_verdict;
    std::vector<Version> m_versions;
    std::array<Lsn, kZonesPerRegion> m_members{};
};

}  // namespace orrery::check
