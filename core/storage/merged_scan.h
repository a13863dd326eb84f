#pragma once

#include <string_view>

#include "core/storage/medium.h"

namespace orrery::storage {

/// Visits the keys of [begin, end) as one volume sees them: `active` hides `frozen`, and both hide
/// the tree. A deletion hides older entries and is not visited. `frozen` may be null.
StorageResult<void> scanMerged(const Memtable& active, const Memtable* frozen, TreeCursor& tree,
                               VolumeId volume, const KeyRange& range, ScanDirection direction,
                               const ScanVisitor& visitor);

}  // namespace orrery::storage
