#pragma once

#include <chrono>

#include "core/base/time.h"

namespace orrery::replication {

/// Earlier than any remembered instant, and far enough from the ends of Instant for arithmetic.
inline constexpr Instant kLongAgo{-Duration(std::chrono::hours(24 * 365 * 50))};

}  // namespace orrery::replication
