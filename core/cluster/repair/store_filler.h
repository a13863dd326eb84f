#pragma once

#include "core/cluster/repair/found_partition.h"
#include "core/storage/store.h"

namespace orrery::cluster {

/// Fills a store from outside a world: all work is run at once, on this thread.
class StoreFiller {
public:
    explicit StoreFiller(storage::Store& store) : m_store(store) {}

    storage::StorageResult<void> commit(storage::Turn turn);
    /// The same change in the trees of all three zones, and on disk some time later.
    storage::StorageResult<void> apply(const FoundPartition& partition,
                                       const storage::TreeChange& change);
    /// Has the disk take all that is still in memory.
    storage::StorageResult<void> flush();

private:
    storage::StorageResult<void> work(bool force);

    storage::Store& m_store;
    std::uint64_t m_changes = 0;
};

}  // namespace orrery::cluster
