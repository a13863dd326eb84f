#pragma once

#include <cstdint>

#include "core/storage/store.h"

namespace orrery::cluster {

/// Counts one more start of a world on this store, with its first turn, and returns how many there
/// have been. What is named by this number and one within the process is never named so again, as
/// far as anything of it is kept: tickets and the numbers of calls begin anew with each process.
/// Returns a one-sentence error if the stored count is corrupt.
storage::StorageResult<std::uint64_t> countStart(const storage::Store& store, storage::Turn& turn);

}  // namespace orrery::cluster
