#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/api/decode/shape.h"

namespace orrery::api {

// How error texts word the limits of a shape.

inline std::string lengthAtLeast(std::int64_t limit) {
    return "Member must have length greater than or equal to " + std::to_string(limit);
}
inline std::string lengthAtMost(std::int64_t limit) {
    return "Member must have length less than or equal to " + std::to_string(limit);
}
inline std::string lengthWithin(std::int64_t min, std::int64_t max) {
    return min == kNoLimit ? lengthAtMost(max) : lengthAtMost(max) + ", " + lengthAtLeast(min);
}

inline std::string enumConstraint(std::span<const std::string_view> values) {
    std::string list;
    for (const std::string_view value : values) {
        if (!list.empty()) list += ", ";
        list += value;
    }
    return "Member must satisfy enum value set: [" + list + "]";
}

}  // namespace orrery::api
