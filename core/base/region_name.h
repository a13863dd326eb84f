#pragma once

#include <algorithm>
#include <cstddef>
#include <string_view>

namespace orrery {

inline constexpr std::size_t kRegionNameBytesMax = 32;

/// True if this engine can have a Region of this name.
inline bool isRegionName(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
    };
    return !name.empty() && name.size() <= kRegionNameBytesMax &&
           std::ranges::all_of(name, allowed);
}

}  // namespace orrery
