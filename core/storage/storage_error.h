#pragma once

#include <string>
#include <string_view>

#include "core/storage/store.h"

namespace orrery::storage {

// LMDB error codes that callers distinguish, so that they need not include lmdb.h. environment.cpp
// asserts that they match.
inline constexpr int kCorrupted = -30796;
inline constexpr int kPanic = -30795;
inline constexpr int kMapFull = -30792;
inline constexpr int kTransactionFull = -30788;

/// The remedy for corrupt records and items.
inline constexpr std::string_view kRestoreOrRepair =
    "restore the data folder from a backup, or run \"orreryd repair --data DIR\"";

/// The error for a file whose bytes this program cannot have written. `what` is the reason.
StorageError damagedError(const std::string& path, const std::string& what,
                          std::string_view remedy = kRestoreOrRepair);
/// True if the contents of a file are at fault.
bool isDamage(const StorageError& error);
/// True if free disk space or a higher limit would help.
bool isLackOfRoom(const StorageError& error);

}  // namespace orrery::storage
