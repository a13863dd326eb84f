#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/time.h"

namespace orrery::cluster {

/// When to look again for the leader of a group at rest that was asked to take its lease: soon, and
/// if that has not helped, less and less often. `waits` counts the looks in a row that found none.
inline Duration leaderWait(std::uint32_t& waits) {
    constexpr Duration kSoon = std::chrono::milliseconds(100);
    constexpr Duration kLater = std::chrono::seconds(1);
    constexpr std::uint32_t kDoubledMax = 6;
    const std::uint32_t number = waits++;
    return number % 2 == 0 ? kSoon : kLater * (1 << std::min(number / 2, kDoubledMax));
}

}  // namespace orrery::cluster
