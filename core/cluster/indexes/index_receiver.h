#pragma once

#include <memory>
#include <vector>

#include "core/cluster/indexes/index_batch.h"
#include "core/cluster/kernel/per_group.h"
#include "core/cluster/replicas/replicator.h"

namespace orrery::cluster {

/// The side of an index partition: its leader proposes the changes that a batch carries, and
/// answers once they are committed. With each record the log of the index says which base record
/// it has taken last, so a batch that is repeated or late changes nothing.
class IndexReceiver {
public:
    IndexReceiver(WorldState& world, Replicator& replicator)
        : m_world(world), m_replicator(replicator) {}

    void on(const IndexBatchArrives& arrived);
    /// The replicas of an index partition moved: batches that waited for it may go on.
    void moved(Group& index);
    /// The partition is about to go.
    void forget(GroupId index) { m_inboxes.forget(index); }
    /// True if a batch waits for the lease of the partition's leader.
    bool waits(GroupId index) const;

private:
    /// A batch at the replica in `zone`.
    struct Pending {
        std::shared_ptr<const IndexBatch> batch;
        ZoneIndex zone{};
        replication::Term term{};  ///< In which the replica took it.
        Lsn lsn{};                 ///< The record of the index that it waits for.
        Lsn upTo{};                ///< The base record that the index has taken last by then.
    };
    struct Inbox {
        std::vector<Pending> parked;   ///< Wait for the lease of the leader.
        std::vector<Pending> waiting;  ///< Wait until their last record is committed.
    };

    void admit(Group& index, Pending pending);
    void take(Group& index, Pending pending);
    /// One change of the batch. False if damaged bytes were in the way; then it is answered.
    bool propose(Group& index, Pending& pending, std::size_t at);
    /// How far the leader's log has taken the records of the base, tail included.
    storage::StorageResult<Lsn> cursorOf(const Group& index, Pending& pending) const;
    void answer(const Group& index, const Pending& pending, BatchOutcome outcome);
    void refuseDamaged(const Group& index, const Pending& pending, storage::StorageError error);

    WorldState& m_world;
    Replicator& m_replicator;
    PerGroup<Inbox> m_inboxes;
};

}  // namespace orrery::cluster
