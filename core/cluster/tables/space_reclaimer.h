#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "core/cluster/replicas/jobs.h"

namespace orrery::cluster {

/// Reclaims the keys of deleted tables and indexes, with one job for each key space. The store's
/// flush work does the steps, so requests go first; the job ends when none of its keys is left.
class SpaceReclaimer : public JobWorker {
public:
    SpaceReclaimer(WorldState& world, Jobs& jobs);

    /// Drops a key space, which has no user once the open turn is synced, and the private keys of
    /// `groups`. `keys` estimates their number.
    void drop(KeySpaceId space, std::vector<GroupId> groups, std::string subject,
              std::uint64_t keys);
    /// Loads the key spaces that the store has still to reclaim.
    storage::StorageResult<void> reopen();
    /// Has the store reclaim spaces whose deletion is synced, and ends the jobs that are done. Call
    /// it before a turn ends.
    void turnEnds(storage::Ticket synced);

    struct Dropped {
        KeySpaceId space{};
        std::vector<GroupId> groups;
        storage::Ticket since{};
        std::uint64_t lastRange = 0;  ///< The number of its last range, once the store is told.
        std::uint64_t keys = 0;       ///< Estimated.
        JobId job{};
    };
    /// In the order in which they were dropped.
    const std::deque<Dropped>& dropped() const { return m_dropped; }

private:
    void dropInStore(Dropped& dropped);
    void measureFirst();

    WorldState& m_world;
    Jobs& m_jobs;
    std::deque<Dropped> m_dropped;
    std::size_t m_told = 0;        ///< This many of the first are dropped in the store.
    std::uint64_t m_toldKeys = 0;  ///< The sum of their keys.
};

}  // namespace orrery::cluster
