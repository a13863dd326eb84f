#pragma once

#include <string>
#include <string_view>

#include "core/storage/store.h"

namespace orrery::storage {

// Codes of LMDB that callers tell apart, so that they need not include lmdb.h; environment.cpp
// asserts that they are what LMDB says.
inline constexpr int kCorrupted = -30796;
inline constexpr int kPanic = -30795;
inline constexpr int kMapFull = -30792;
inline constexpr int kTransactionFull = -30788;

/// What to do about a damaged file of LMDB.
inline constexpr std::string_view kRestoreOrRepair =
    "restore its folder from a backup, or run \"orreryd repair --data DIR\"";

/// The error of a file whose bytes cannot be what this program wrote; `what` says why, and
/// `remedy` what to do.
StorageError damagedError(const std::string& path, const std::string& what,
                          std::string_view remedy = kRestoreOrRepair);
/// Whether the bytes of a file are at fault.
bool isDamage(const StorageError& error);
/// Whether more room on the disk, or a higher limit, would help.
bool isLackOfRoom(const StorageError& error);

}  // namespace orrery::storage
