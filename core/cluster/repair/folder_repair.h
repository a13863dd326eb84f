#pragma once

#include <filesystem>

#include "core/cluster/repair/repair_report.h"

namespace orrery::cluster {

/// Rewrites the two files of a data folder from everything that it can read of them, and reports
/// what it could not restore:
///
///   - all three replicas of a partition get one log, the one that an election would choose;
///   - each key comes from the zone whose tree is whole, or from another zone where that tree is
///     damaged, and the log is replayed over it;
///   - where items are lost, local indexes are derived again, and the next start rebuilds global
///     indexes.
///
/// The damaged files stay in the folder, which must not be in use. A kill at any moment leaves
/// either the old files or the new ones in force.
storage::StorageResult<RepairReport> repairFolder(const std::filesystem::path& folder);

}  // namespace orrery::cluster
