#pragma once

#include <map>
#include <string>
#include <utility>

#include "core/cluster/replicas/jobs.h"
#include "core/cluster/replicas/replicator.h"

namespace orrery::cluster {

/// Lists the copies of replicas as jobs. The replicas run them and save their cursor
/// (Member::mark); this class only observes.
class CopyJobs {
public:
    CopyJobs(WorldState& world, const Replicator& replicator, Jobs& jobs)
        : m_world(world), m_replicator(replicator), m_jobs(jobs) {}

    /// Looks at the groups that the open turn changed. Call it before the turn ends.
    void turnEnds();
    /// Ends the copies of a group that is removed.
    void forget(GroupId group);

private:
    using Key = std::pair<GroupId, ZoneIndex>;

    void look(const Group& group, const Member& member);
    static Job newJob(const Group& group, ZoneIndex zone);
    /// For people; says where the data is corrupt that stopped the copy.
    std::string subjectOf(const Group& group, const Member& member) const;

    WorldState& m_world;
    const Replicator& m_replicator;
    Jobs& m_jobs;
    std::map<Key, JobId> m_copies;
};

}  // namespace orrery::cluster
