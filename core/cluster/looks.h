#pragma once

#include "core/cluster/look.h"
#include "core/cluster/world_state.h"

namespace orrery::cluster {

// Looks read what one replica has applied, whatever its role, and change nothing: see look.h.

LookResult<ItemsLook> lookItems(const WorldState& world, const ItemsLookRequest& request);
LookResult<ItemLook> lookItem(const WorldState& world, const ItemLookRequest& request);
LookResult<std::vector<PartitionChecksums>> lookChecksums(const WorldState& world,
                                                          std::string_view table,
                                                          std::string_view region, bool scanned);

}  // namespace orrery::cluster
