#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/cluster/replicas/jobs.h"

namespace orrery::cluster {

/// Gives back the keys of tables and indexes that are gone, a job for each key space. The steps are
/// those of the store's flush work, so that requests go first; the job ends when no key is left.
class SpaceReclaimer : public JobWorker {
public:
    SpaceReclaimer(WorldState& world, Jobs& jobs);

    /// A key space that nobody uses once the open turn is synced, and the groups whose private keys
    /// go with it. `keys` is how many there are, roughly.
    void drop(KeySpaceId space, std::vector<GroupId> groups, std::string subject,
              std::uint64_t keys);
    /// What the store says is still to be given back.
    storage::StorageResult<void> reopen();
    /// Has the store begin with what is certain to be gone, and ends what it is done with. Before a
    /// turn ends.
    void turnEnds(storage::Ticket synced);

    struct Dropped {
        KeySpaceId space{};
        std::vector<GroupId> groups;
        storage::Ticket since{};
        bool toldStore = false;
        JobId job{};
    };
    /// In the order in which they were dropped.
    const std::vector<Dropped>& dropped() const { return m_dropped; }

private:
    void tellStore(Dropped& dropped);
    void measure();

    WorldState& m_world;
    Jobs& m_jobs;
    std::vector<Dropped> m_dropped;
};

}  // namespace orrery::cluster
