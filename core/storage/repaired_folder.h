#pragma once

#include <filesystem>

#include "core/storage/store.h"

namespace orrery::storage {

// How a pair of repaired files atomically replaces the damaged pair, despite a kill at any point:
//
//   repair.new   the new files while they are written; the next start or repair removes it
//   repaired     the same folder, renamed: from here on the new files count
//   damaged-N    the same folder, renamed again, with the old files: log.mdb.damaged and so on

/// Creates an empty folder for the files that a repair of `folder` writes.
StorageResult<std::filesystem::path> makeRepairFolder(const std::filesystem::path& folder);
/// Makes the files there count and moves them into place. Returns the folder of the old files.
StorageResult<std::filesystem::path> adoptRepair(const std::filesystem::path& folder);
/// Completes a step of either function that a kill interrupted. The caller must hold the folder's
/// lock.
StorageResult<void> finishRepair(const std::filesystem::path& folder);

/// True if `finishRepair` has to put files in place.
bool isRepairUnfinished(const std::filesystem::path& folder);

}  // namespace orrery::storage
