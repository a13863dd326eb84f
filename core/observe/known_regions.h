#pragma once

#include <span>

#include "core/observe/region_places.h"

namespace orrery::observe {

/// All Regions of AWS with their places, by name.
std::span<const RegionPlace> knownRegions();

}  // namespace orrery::observe
