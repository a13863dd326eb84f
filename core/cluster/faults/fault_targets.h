#pragma once

#include "core/cluster/faults/fault.h"
#include "core/cluster/faults/fault_request.h"
#include "core/cluster/kernel/region_checks.h"

namespace orrery::cluster {

/// What the request names, if all of that exists and goes together; otherwise one sentence.
Named<FaultPlace> placeOf(WorldState& world, const FaultRequest& request);

/// Fills in what the view of a fault shows of its place.
void showPlace(const WorldState& world, Fault& fault);

}  // namespace orrery::cluster
