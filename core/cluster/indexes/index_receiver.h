#pragma once

#include <memory>
#include <vector>

#include "core/cluster/indexes/index_batch.h"
#include "core/cluster/indexes/index_post.h"
#include "core/cluster/kernel/per_group.h"
#include "core/cluster/replicas/replicator.h"

namespace orrery::cluster {

/// The index partition's side: its leader proposes the changes of a batch and answers once they are
/// committed. Each record in the index's log names the last base record taken, so a repeated or
/// late batch changes nothing.
class IndexReceiver {
public:
    IndexReceiver(WorldState& world, Replicator& replicator)
        : m_world(world), m_replicator(replicator), m_post(world) {}

    void on(const IndexBatchArrives& arrived);
    /// The replicas of an index partition made progress: batches waiting for it may continue.
    void moved(Group& index);
    /// Call it before the partition is removed.
    void forget(GroupId index) { m_inboxes.forget(index); }
    /// True if a batch waits for the lease of the partition's leader.
    bool waits(GroupId index) const;

private:
    /// A batch at the replica in `zone`.
    struct Pending {
        std::shared_ptr<const IndexBatch> batch;
        ZoneIndex zone{};
        replication::Term term{};  ///< The replica's term when it took the batch.
        Lsn lsn{};                 ///< The index's record to wait for.
        Lsn upTo{};                ///< The last base record in the index by then.
    };
    struct Inbox {
        std::vector<Pending> parked;   ///< Waiting for the leader's lease.
        std::vector<Pending> waiting;  ///< Waiting for the commit of their last record.
    };

    void admit(Group& index, Pending pending);
    void take(Group& index, Pending pending);
    /// Whether the store takes the change now; while there is little room, only a deletion.
    bool hasRoom(const table::LogRecord& change) const;
    /// Proposes one change of the batch. On corrupt data, answers the batch and returns false.
    bool propose(Group& index, Pending& pending, std::size_t at);
    /// The last base record in the leader's log, including its tail.
    storage::StorageResult<Lsn> cursorOf(const Group& index, Pending& pending) const;
    void answer(const Group& index, const Pending& pending, BatchOutcome outcome);
    void refuseDamaged(const Group& index, const Pending& pending, storage::StorageError error);

    WorldState& m_world;
    Replicator& m_replicator;
    IndexPost m_post;
    PerGroup<Inbox> m_inboxes;
};

}  // namespace orrery::cluster
