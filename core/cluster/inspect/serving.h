#pragma once

#include "core/cluster/kernel/world_state.h"
#include "core/observe/snapshot.h"

namespace orrery::cluster {

/// What clients can do with a partition now, and why not more. A group at rest counts as serving if
/// the next request finds or makes a leader. Sets no `since`. Says nothing of other Regions, to
/// which a strong table also listens.
observe::ServingView servingOf(const WorldState& world, const Group& group);

}  // namespace orrery::cluster
