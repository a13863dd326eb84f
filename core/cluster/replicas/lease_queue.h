#pragma once

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "core/cluster/kernel/per_group.h"
#include "core/cluster/replicas/replicator.h"

namespace orrery::cluster {

/// The requests that only the leader of a group serves. A leader without the lease, at rest or just
/// elected, keeps them until it has it; another replica redirects them.
class LeaseQueue {
public:
    /// Serves a request at the leader, which takes requests.
    using Serve = std::function<void(Group&, const ParkedOp&)>;

    LeaseQueue(WorldState& world, Replicator& replicator, OpAnswer answer, Serve serve)
        : m_world(world),
          m_replicator(replicator),
          m_answer(std::move(answer)),
          m_serve(std::move(serve)) {}

    /// A request has arrived at the replica in `asked.zone`, which has power.
    void arrives(Group& group, ParkedOp asked);
    /// Answers that the replica in `asked.zone` does not serve the request.
    void redirect(Group& group, const ParkedOp& asked) const;
    /// Adds requests that have waited elsewhere; `moved` continues with them.
    void park(GroupId group, std::vector<ParkedOp> requests);

    /// True if a request waits for the leader's lease.
    bool waits(GroupId group) const;
    /// The replicas of the group have advanced: serves or redirects what no longer has to wait.
    void moved(Group& group);
    /// The group is being removed. Waiting requests get no answer from here; their routers notice.
    void forget(GroupId group) { m_parked.forget(group); }

private:
    using Parked = std::vector<ParkedOp>;

    WorldState& m_world;
    Replicator& m_replicator;
    OpAnswer m_answer;
    Serve m_serve;
    PerGroup<Parked> m_parked;
};

}  // namespace orrery::cluster
