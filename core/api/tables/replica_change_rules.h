#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/api/decode/fields.h"
#include "core/cluster/catalog/catalog.h"
#include "core/cluster/catalog/request.h"

namespace orrery::api {

// The changes of an UpdateTable to the replicas of a global table, and the rules for them that do
// not depend on what happens to its replicas. cluster/tables checks the others.

/// The element of GlobalTableWitnessUpdates.
struct WitnessChange {
    cluster::ReplicaChange::Kind kind{};  ///< Create or Delete.
    std::string region;
};

/// None, unless there are changes of replicas.
struct ReplicaChanges {
    /// In the order of the request. A Create that is repeated as it is counts once.
    std::vector<cluster::ReplicaChange> replicas;
    std::optional<WitnessChange> witness;
    /// MultiRegionConsistency.
    std::optional<cluster::GlobalConsistency> consistency;
};

/// Takes the changes from the request, and checks the rules that need neither the caller's Region
/// nor the table.
ApiResult<ReplicaChanges> takeReplicaChanges(const Fields& request);

/// Refuses changes to the caller's own Region, in which the table itself is.
ApiResult<void> checkOtherRegions(const ReplicaChanges& changes, const cluster::Caller& caller);

/// Checks the rules that depend on the table, and adds the changes to `update`: keys have become
/// ARNs of their replica's Region.
ApiResult<void> bindReplicaChanges(const ReplicaChanges& changes,
                                   const cluster::TableDescription& table,
                                   const cluster::Catalog& catalog, const cluster::Caller& caller,
                                   cluster::UpdateTable& update);

}  // namespace orrery::api
