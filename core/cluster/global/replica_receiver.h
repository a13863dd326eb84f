#pragma once

#include <map>
#include <memory>
#include <utility>
#include <vector>

#include "core/cluster/global/replica_batch.h"
#include "core/cluster/kernel/per_group.h"
#include "core/cluster/replicas/replicator.h"
#include "core/cluster/writes/collection_sizes.h"
#include "core/cluster/writes/prepared_items.h"

namespace orrery::cluster {

/// The side of the destination: the leader of a partition proposes what is newer than its own
/// versions, and answers a batch once all of it is committed. A repeated or late batch changes
/// nothing, since versions are compared.
class ReplicaReceiver {
public:
    /// All must outlive this object.
    ReplicaReceiver(WorldState& world, Replicator& replicator, PreparedItems& prepared,
                    CollectionSizes& sizes)
        : m_world(world), m_replicator(replicator), m_prepared(prepared), m_sizes(sizes) {}

    void on(const ReplicaBatchArrives& arrived);
    /// The replicas of the partition made progress: batches waiting for it may continue.
    void moved(Group& group);
    /// Call it before the partition is removed.
    void forget(GroupId group) { m_inboxes.forget(group); }
    /// True if a batch waits for the lease of the partition's leader.
    bool waits(GroupId group) const;

    /// What a table has taken from one other Region since the world was opened. What was there
    /// before the replica does not count, and a repeated batch counts once.
    struct Taken {
        std::uint64_t changes = 0;
        std::uint64_t lost = 0;  ///< Those of `changes` that came after a later version.
        /// From the commit in their Region to the commit here: the last one, and the sum of all.
        Duration latency{};
        Duration latencySum{};
    };
    /// Null: nothing.
    const Taken* taken(KeySpaceId table, RegionId from) const;

private:
    /// A batch at the replica in `zone`.
    struct Pending {
        std::shared_ptr<const ReplicaBatch> batch;
        ZoneIndex zone{};
        replication::Term term{};  ///< The replica's term when it took the batch.
        Lsn restsOn{};             ///< The record to wait for.
        std::uint64_t lost = 0;    ///< Changes that met a later version.
    };
    struct Inbox {
        std::vector<Pending> parked;   ///< Waiting for the leader's lease.
        std::vector<Pending> waiting;  ///< Waiting for the commit of their last record.
        /// The last batch of each source that was taken: the term of its leader, and its number.
        std::map<GroupId, std::pair<replication::Term, std::uint64_t>> counted;
    };

    void admit(Group& group, Pending pending);
    void take(Group& group, Pending pending);
    void count(const Group& group, const Pending& pending);
    void answer(const Group& group, const Pending& pending, ReplicaBatchOutcome outcome);

    WorldState& m_world;
    Replicator& m_replicator;
    PreparedItems& m_prepared;
    CollectionSizes& m_sizes;
    PerGroup<Inbox> m_inboxes;
    std::map<std::pair<KeySpaceId, RegionId>, Taken> m_taken;
};

}  // namespace orrery::cluster
