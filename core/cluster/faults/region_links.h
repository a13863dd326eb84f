#pragma once

#include <vector>

#include "core/cluster/faults/fault.h"
#include "core/cluster/kernel/world_state.h"

namespace orrery::cluster {

/// Sets links and pauses between Regions to what all active ones of `faults` make of them
/// together, so that overlapping faults do not undo one another. Call it after each change of
/// those. The world itself applies this to new settings and to Regions that are added later.
void refreshRegionLinks(WorldState& world, const std::vector<Fault>& faults);

}  // namespace orrery::cluster
