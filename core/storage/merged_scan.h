#pragma once

#include <string_view>

#include "core/storage/medium.h"

namespace orrery::storage {

/// Visits the keys of [begin, end) as one volume sees them: what `active` holds hides what `frozen`
/// holds, and both hide the tree; a deletion hides and is not shown. `frozen` may be null.
StorageResult<void> scanMerged(const Memtable& active, const Memtable* frozen, TreeCursor& tree,
                               VolumeId volume, const KeyRange& range, ScanDirection direction,
                               const ScanVisitor& visitor);

}  // namespace orrery::storage
