#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/base/time.h"
#include "core/cluster/world/world.h"
#include "core/observe/job_view.h"
#include "core/storage/store.h"

namespace orrery::test {

// Judges that compare a world with what it was before, over restarts too. Ask them only once all
// turns are synced: then no stop can take back what they saw, so they forget nothing.

/// A committed record, or null if too few of the replicas that applied it still have it. Below its
/// trim mark, the log of a copied replica may have records that were never committed: there, two
/// replicas must have the same one.
SharedBytes committedRecord(const storage::Store& store, const cluster::TableDescription& table,
                            const cluster::PartitionChecksums& partition, Lsn lsn);

/// An id stands for one job.
class JobIdJudge {
public:
    std::string judge(const cluster::World& world);

private:
    struct Seen {
        observe::JobKind kind{};
        CalendarTime since;
        bool operator==(const Seen&) const = default;
    };
    std::map<std::uint64_t, Seen> m_jobs;
};

/// Reads the committed logs of all partitions on from where it was: commit timestamps only go up;
/// so do the version stamps of an item; and an index takes each record of a base partition once, in
/// order. Records that were trimmed before it was asked are not judged.
class LogJudge {
public:
    std::string judge(const cluster::World& world, const storage::Store& store);
    std::uint64_t records() const { return m_records; }

private:
    struct Seen {
        Lsn last{};
        CalendarTime committedAt;
        std::map<GroupId, Lsn> sources;
        std::map<std::string, CalendarTime> stamps;  ///< By key, of each item's latest version.
    };

    std::string read(const storage::Store& store, const cluster::TableDescription& table,
                     const cluster::PartitionChecksums& partition);

    std::map<GroupId, Seen> m_groups;
    std::uint64_t m_records = 0;
};

/// All of them.
class LastingJudges {
public:
    /// Ask it after each step: while a turn is not synced, it looks at nothing.
    std::string judge(const cluster::World& world, const storage::Store& store);
    std::uint64_t records() const { return m_logs.records(); }

private:
    LogJudge m_logs;
    JobIdJudge m_jobIds;
};

}  // namespace orrery::test
