#pragma once

#include "core/cluster/repair/found_partition.h"
#include "core/cluster/repair/store_filler.h"

namespace orrery::cluster {

/// Makes the entries of a partition's local indexes from its items again, in the trees of all three
/// zones. Sizes of item collections go: one that is not kept is counted when it is asked for.
storage::StorageResult<void> remakeLocalIndexes(const storage::Store& store, StoreFiller& filler,
                                                const FoundPartition& partition);

}  // namespace orrery::cluster
