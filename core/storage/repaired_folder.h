#pragma once

#include <filesystem>

#include "core/storage/store.h"

namespace orrery::storage {

// How a repaired pair of files takes the place of a damaged one, whole, whatever kill comes
// between:
//
//   repair.new   the files while they are written; removed by the next start or repair
//   repaired     the same folder under its second name: from here on the new files count
//   damaged-N    the same folder at last, with the old files in it: log.mdb.damaged and so on

/// Where a repair of `folder` writes; empty, and made.
StorageResult<std::filesystem::path> makeRepairFolder(const std::filesystem::path& folder);
/// Makes what was written there count, and puts it in place. Returns where the old files are.
StorageResult<std::filesystem::path> adoptRepair(const std::filesystem::path& folder);
/// Ends what a kill interrupted in either of the two. The folder's lock must be held.
StorageResult<void> finishRepair(const std::filesystem::path& folder);

}  // namespace orrery::storage
