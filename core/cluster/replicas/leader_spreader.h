#pragma once

#include "core/cluster/kernel/group_queue.h"
#include "core/cluster/replicas/replicator.h"

namespace orrery::cluster {

/// Spreads leaders over the zones again after elections have moved them. Once the appointed zone of
/// a group is well, it hands the leadership back to that zone: a few groups at a time, once a
/// second, and only groups that commit something. A group at rest keeps its leader until it is
/// used.
class LeaderSpreader {
public:
    LeaderSpreader(WorldState& world, Replicator& replicator)
        : m_world(world), m_replicator(replicator) {}

    /// The group's replicas made progress.
    void moved(Group& group);
    void on(const LeaderSweep& sweep);

private:
    bool handOver(Group& group);
    bool isHeard(const Group& group, ZoneIndex zone) const;
    void sweepLater();

    WorldState& m_world;
    Replicator& m_replicator;
    GroupQueue m_misplaced;  ///< Groups whose leader should be handed back.
    bool m_sweepIsDue = false;
};

}  // namespace orrery::cluster
