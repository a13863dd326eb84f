#pragma once

#include <filesystem>

#include "core/cluster/repair/repair_report.h"

namespace orrery::cluster {

/// Writes the two files of a data folder anew from all that can be read of them, and says what
/// could not be brought back:
///
///   - all three replicas of a partition get one log, the one that an election would choose;
///   - each key comes from the zone whose tree is whole, or from another zone where that tree is
///     damaged, and the log is replayed over it;
///   - where items are lost, local indexes are made anew, and global indexes are filled anew by the
///     next start.
///
/// The damaged files stay in the folder, which must not be in use. A kill at any moment leaves
/// either the old files or the new ones in force.
storage::StorageResult<RepairReport> repairFolder(const std::filesystem::path& folder);

}  // namespace orrery::cluster
