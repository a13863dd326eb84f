#pragma once

#include <string>

#include "core/cluster/world/world.h"
#include "core/storage/store.h"
#include "tests/cluster/lasting_judges.h"

namespace orrery::test {

// What must hold for a whole world after any inputs. Each judge returns an error, or an empty text.
// lasting_judges.h has those that remember what they saw.

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

/// At rest, with every zone up and at most one link cut: a zone that hears both others has all that
/// is committed, so the copies to it have ended. Those to the ends of the cut link may go on until
/// it heals, where the leader is the other end; then the leader and the third zone are a majority.
std::string judgeReached(cluster::World& world);

/// How many trees are being copied.
int treesInCopy(const cluster::World& world, const storage::Store& store);

/// Everything above but `judgeIds`, which is part of `judgeOwners`, and `lasting`: what must hold
/// at rest, with every zone up and no fault, once all turns are synced, no table or index is in
/// transition, and everything dropped has been reclaimed (WorldHarness::reclaim).
std::string judgeAtRest(cluster::World& world, const storage::Store& store, LastingJudges& lasting);

}  // namespace orrery::test
