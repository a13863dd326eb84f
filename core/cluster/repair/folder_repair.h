#pragma once

#include <filesystem>

#include "core/cluster/repair/repair_report.h"

namespace orrery::cluster {

/// Writes the two files of a data folder anew from all that can be read of them, and says what
/// could not be brought back:
///
///   - of each partition, the log that an election would choose, for all three zones;
///   - under it each key as the zone has it whose tree is whole, or another's where that one is
///     damaged, and the log replayed over it;
///   - entries of local indexes made anew where items were lost, and global indexes filled anew.
///
/// The damaged files stay in the folder, which must not be in use. A kill at any moment leaves
/// either the old files or the new ones in force.
storage::StorageResult<RepairReport> repairFolder(const std::filesystem::path& folder);

}  // namespace orrery::cluster
