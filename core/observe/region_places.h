#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/time.h"

namespace orrery::observe {

/// Where a Region of AWS is.
struct RegionPlace {
    std::string_view region;  ///< "eu-west-1".
    std::string_view city;    ///< UTF-8, in English.
    /// The unit vector from the middle of the Earth, in millionths.
    std::array<std::int32_t, 3> direction;
    /// On a map of the whole Earth with equal degrees, in thousandths of its width and height from
    /// the top left.
    std::array<std::int16_t, 2> onMap;
};

/// Null for a Region that AWS does not have.
const RegionPlace* placeOf(std::string_view region);

/// How long a message takes from one Region to another: by the distance of their places, at the
/// speed of light in fibre on a way that is longer than the straight one. 40 ms if a place is
/// unknown; zero within a Region. Integers only, so that simulations are the same everywhere.
Duration delayBetweenRegions(std::string_view from, std::string_view to);

}  // namespace orrery::observe
