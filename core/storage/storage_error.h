#pragma once

namespace orrery::storage {

// Codes of LMDB that callers tell apart, so that they need not include lmdb.h; environment.cpp
// asserts that they are what LMDB says.
inline constexpr int kMapFull = -30792;
inline constexpr int kTransactionFull = -30788;

}  // namespace orrery::storage
