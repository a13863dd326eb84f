#pragma once

#include <filesystem>

#include "core/storage/file_check.h"

namespace orrery::storage {

/// Puts an empty tree in place of items.mdb, which the next start fills from the log, record by
/// record. Only where the log is sound and whole: nothing can be lost then. The file that was there
/// stays in the folder under the name that is returned; empty if there was none.
StorageResult<std::filesystem::path> rebuildItems(const std::filesystem::path& folder,
                                                  const EntryCheck& checkEntry);

}  // namespace orrery::storage
