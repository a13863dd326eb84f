#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/ids.h"
#include "core/check/verdict.h"

namespace orrery::check {

/// What a log record does to an item, for the judges. Items are small numbers of the workload. A
/// value is the number of the operation that wrote it (History), so no two are equal.
struct Version {
    std::uint32_t item = 0;
    std::uint32_t value = 0;

    bool operator==(const Version&) const = default;
};

/// A record of no client: the no-op of a new leader.
inline constexpr Version kNoVersion{UINT32_MAX, UINT32_MAX};

/// The one history of a replication group, assembled from what its members report as committed. It
/// judges, in constant time per call, that no two members commit different records at one LSN, and
/// that each commits its LSNs in order without a gap (invariants S4, S5 and S7).
class CommittedLog {
public:
    /// `verdict` must outlive it.
    explicit CommittedLog(Verdict& verdict) : m_verdict(&verdict) {}

    /// `member` has applied the record at `lsn` and will never undo it.
    void committed(ZoneIndex member, Lsn lsn, Version version, Instant now);
    /// `member` has restarted and reports again from the record after `last` on.
    void restarted(ZoneIndex member, Lsn last) { m_members[member.value()] = last; }

    /// The highest LSN that any member committed.
    Lsn last() const { return Lsn(m_versions.size()); }
    Lsn lastOf(ZoneIndex member) const { return m_members[member.value()]; }
    /// The record at `lsn`, or nothing if no member has committed it yet.
    std::optional<Version> at(Lsn lsn) const;

    /// At the end of a run, after the faults: checks that every member has committed everything.
    void expectConverged(Instant now);

private:
    Verdict* m_verdict;
    std::vector<Version> m_versions;
    std::array<Lsn, kZonesPerRegion> m_members{};
};

}  // namespace orrery::check
