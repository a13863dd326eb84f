#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/api/decode/fields.h"
#include "core/cluster/catalog/catalog.h"

namespace orrery::api {

// The changes of an UpdateTableReplicaAutoScaling, and their rules.

/// A change to how the reads or the writes of a table or of an index scale.
struct ScalingChange {
    enum class Of { TableWrites, IndexWrites, ReplicaReads, ReplicaIndexReads };
    Of of{};
    std::string region;  ///< For reads.
    std::string index;   ///< For indexes.
    std::optional<std::int64_t> minimumUnits;
    std::optional<std::int64_t> maximumUnits;
    std::optional<double> target;  ///< Absent: no ScalingPolicyUpdate.
    bool disables = false;
};

/// Takes the changes from the request, and checks the rules that do not need the table.
ApiResult<std::vector<ScalingChange>> takeScalingChanges(const Fields& request);

/// Checks the rules that depend on the table, and refuses what is not built yet: scaling is always
/// disabled, so that it may be disabled again.
ApiResult<void> checkScalingAgainst(const std::vector<ScalingChange>& changes,
                                    const cluster::TableDescription& table,
                                    const cluster::GlobalTable& global,
                                    const cluster::Catalog& catalog);

}  // namespace orrery::api
