#pragma once

#include "core/cluster/repair/found_partition.h"
#include "core/storage/store.h"

namespace orrery::cluster {

/// Fills a store without a world: runs all work at once, on this thread.
class StoreFiller {
public:
    explicit StoreFiller(storage::Store& store) : m_store(store) {}

    storage::StorageResult<void> commit(storage::Turn turn);
    /// Makes the same change in the trees of all three zones. It reaches the disk later.
    storage::StorageResult<void> apply(const FoundPartition& partition,
                                       const storage::TreeChange& change);
    /// Writes everything in memory to disk.
    storage::StorageResult<void> flush();

private:
    storage::StorageResult<void> work(bool force);

    storage::Store& m_store;
    std::uint64_t m_changes = 0;
};

}  // namespace orrery::cluster
