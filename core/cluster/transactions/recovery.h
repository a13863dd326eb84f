#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "core/cluster/kernel/per_group.h"
#include "core/cluster/replicas/jobs.h"
#include "core/cluster/replicas/replicator.h"
#include "core/cluster/transactions/coordinator.h"
#include "core/cluster/writes/prepared_items.h"

namespace orrery::cluster {

/// Finds stalled transactions and starts their recovery. A ledger's leader reports those that it
/// has had for too long; one job for each ledger recovers them. A partition's leader recovers what
/// has been prepared in it for too long, whatever the ledger knows.
class Recovery : public JobWorker {
public:
    Recovery(WorldState& world, Replicator& replicator, Jobs& jobs, PreparedItems& prepared,
             Coordinator& coordinator)
        : m_world(world),
          m_replicator(replicator),
          m_jobs(jobs),
          m_prepared(prepared),
          m_coordinator(coordinator) {
        m_jobs.setWorker(JobKind::RecoverTransactions, *this);
    }

    /// The leader of a ledger reports a transaction.
    void stalled(const Group& ledger, ZoneIndex leader, const std::string& id);
    void recovered(RegionId region, const std::string& id);
    /// The leader of the group has prepared something.
    void watch(const Group& group);
    /// The replicas of the group have advanced: a new leader looks for what is prepared.
    void moved(Group& group);
    void on(const PreparedSweep& sweep);
    void forget(GroupId group) { m_watched.forget(group); }

    std::optional<Duration> step(JobId id) override;

private:
    /// The stalled transactions of one ledger.
    struct Stalled {
        JobId job{};
        ZoneIndex zone{};  ///< The node that recovers them.
        std::set<std::string> waiting;
        std::set<std::string> started;
    };
    struct Watched {
        /// The leader whose prepared items were looked for.
        std::optional<std::pair<ZoneIndex, replication::Term>> leader;
        bool isQueued = false;
        std::uint32_t waits = 0;  ///< Sweeps in a row that found no leader.
    };

    void sweepLater(GroupId group, Watched& watched, Duration after);

    WorldState& m_world;
    Replicator& m_replicator;
    Jobs& m_jobs;
    PreparedItems& m_prepared;
    Coordinator& m_coordinator;
    std::map<GroupId, Stalled> m_stalled;  ///< By ledger.
    PerGroup<Watched> m_watched;
};

}  // namespace orrery::cluster
