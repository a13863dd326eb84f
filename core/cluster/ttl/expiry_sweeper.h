#pragma once

#include <functional>
#include <set>

#include "core/cluster/kernel/per_group.h"
#include "core/cluster/replicas/replicator.h"

namespace orrery::cluster {

/// Deletes the expired items of tables with a time to live. Each partition's index by expiry says
/// when the next one is due, and that is the only timer. The deletions are ordinary writes at the
/// leader, which checks each item again.
class ExpirySweeper {
public:
    /// Hands a write to the replica in `asked.zone`. The answer is discarded.
    using Serve = std::function<void(Group& group, ParkedOp asked)>;

    ExpirySweeper(WorldState& world, Replicator& replicator)
        : m_world(world), m_replicator(replicator) {}

    void setServe(Serve serve) { m_serve = std::move(serve); }

    /// The table's time to live was enabled or disabled.
    void begin(const TableDescription& table);
    void end(const TableDescription& table);
    /// Resumes the sweeps of all tables after a restart.
    void resume();

    /// The replicas of the group have advanced, so an earlier expiry may be in the index.
    void moved(Group& group);
    void forget(GroupId group) { m_work.forget(group); }
    void on(const ExpirySweep& sweep);
    /// The calendar jumped, so more may have expired.
    void calendarJumped();

private:
    struct Work {
        Instant dueAt = Instant::never();  ///< Of the sweep that is queued.
        Instant notBefore;                 ///< The next batch leaves time for requests.
    };

    void queue(GroupId group, Work& work, Instant at);
    /// When the first entry of the index is due; nothing if it is empty or cannot be read.
    std::optional<Instant> nextDue(const Group& group, ZoneIndex zone) const;
    void sendBatch(Group& group, ZoneIndex leader, Work& work);

    WorldState& m_world;
    Replicator& m_replicator;
    Serve m_serve;
    std::set<KeySpaceId> m_tables;  ///< Those with a time to live.
    PerGroup<Work> m_work;
};

}  // namespace orrery::cluster
