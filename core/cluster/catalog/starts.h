#pragma once

#include <cstdint>

#include "core/storage/store.h"

namespace orrery::cluster {

/// Counts one more start of a world on this store, with its first turn, and returns the number of
/// starts. Tickets and the numbers of calls begin anew with each process, so a name that must never
/// be given out again contains this number, too: whenever anything of a start is kept, so is its
/// number. Returns a one-sentence error if the stored count is corrupt.
storage::StorageResult<std::uint64_t> countStart(const storage::Store& store, storage::Turn& turn);

}  // namespace orrery::cluster
