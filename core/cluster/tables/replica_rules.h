#pragma once

#include <string_view>

#include "core/cluster/catalog/request.h"
#include "core/cluster/kernel/world_state.h"

namespace orrery::cluster {

// What the service demands of a global table before it changes. What follows from a request alone
// has been checked by the API.

/// The replica of a global table in a Region; null if there is none, or no global table.
const GlobalReplica* replicaIn(const Catalog& catalog, const GlobalTable* global,
                               std::string_view region);

/// UpdateTable with ReplicaUpdates, which has at least one action.
ApiResult<void> checkReplicaChanges(const WorldState& world, const UpdateTable& update);

/// UpdateTable that changes other settings of a replica.
ApiResult<void> checkReplicaSettings(const WorldState& world, const UpdateTable& update);

/// Whether there is room for the stream that a table gets, by itself or with its first replica. It
/// keeps the images of the items that are deleted, which may be all.
ApiResult<void> checkRoomForStream(const WorldState& world, const TableDescription& table);

/// DeleteTable: a table with strong consistency is deleted as a whole.
ApiResult<void> checkIsNoStrongReplica(const WorldState& world, KeySpaceId table);

/// The removal of a replica, by DeleteTable or from another Region.
ApiResult<void> checkIsNoRecentSource(const WorldState& world, KeySpaceId table);

}  // namespace orrery::cluster
