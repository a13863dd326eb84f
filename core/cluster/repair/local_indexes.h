#pragma once

#include "core/cluster/repair/found_partition.h"
#include "core/cluster/repair/store_filler.h"

namespace orrery::cluster {

/// Rebuilds the entries of a partition's local indexes from its items, in the trees of all three
/// zones. Drops the sizes of item collections; a missing size is counted on demand.
storage::StorageResult<void> rebuildLocalIndexes(const storage::Store& store, StoreFiller& filler,
                                                 const FoundPartition& partition);

}  // namespace orrery::cluster
