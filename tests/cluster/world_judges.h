#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "core/base/time.h"
#include "core/cluster/world/world.h"
#include "core/observe/job_view.h"
#include "core/storage/store.h"

namespace orrery::test {

// What must hold for a whole world after any inputs. Each judge returns an error, or an empty text.

/// At any time, also within a turn: no group and no key space has two owners.
std::string judgeIds(const cluster::World& world);

/// After any turn: the same, and what is to be given back has no owner, and each index that is
/// filled has its jobs.
std::string judgeOwners(const cluster::World& world, const storage::Store& store);

/// Once everything dropped has been reclaimed: no key, log or state is without an owner.
std::string judgeLeftovers(const cluster::World& world, const storage::Store& store);

/// At rest, with every zone up: the replicas of each partition are equal, the counts maintained at
/// apply equal those of a scan, and each index is its table under the index's projection.
std::string judgeTables(const cluster::World& world);

/// At rest, with every zone up: the trees of a Region's zones hold the same keys and images, those
/// included that a group keeps for itself.
std::string judgeTrees(const cluster::World& world, const storage::Store& store);

/// At any time: what is before the beginning of a log is whole, in tree and log, in two zones.
std::string judgeTrimMarks(const cluster::World& world, const storage::Store& store);

/// At rest, with every zone up and at most one link cut, without a new index: each global index
/// shows all that is committed in its table.
std::string judgeIndexLag(cluster::World& world);

/// How many trees are being copied.
int treesInCopy(const cluster::World& world, const storage::Store& store);

/// An id stands for one job, over restarts too.
class JobIdJudge {
public:
    /// Once all turns are synced.
    std::string judge(const cluster::World& world);

private:
    struct Seen {
        observe::JobKind kind{};
        CalendarTime since;
        bool operator==(const Seen&) const = default;
    };
    std::map<std::uint64_t, Seen> m_jobs;
};

/// Reads the committed logs of all partitions on from where it was: commit timestamps only go up,
/// over restarts too; so do the version stamps of an item; and an index takes each record of a base
/// partition once, in order.
class LogJudge {
public:
    std::string judge(const cluster::World& world, const storage::Store& store);
    /// The world was reopened; what was not synced is lost.
    void reopened() { m_groups.clear(); }
    std::uint64_t records() const { return m_records; }

private:
    struct Seen {
        Lsn last{};
        CalendarTime committedAt;
        std::map<GroupId, Lsn> sources;
        std::map<std::string, CalendarTime> stamps;  ///< By key, of each item's latest version.
    };

    std::string read(const storage::Store& store, VolumeId volume, GroupId group, Lsn upTo);

    std::map<GroupId, Seen> m_groups;
    std::uint64_t m_records = 0;
};

}  // namespace orrery::test
