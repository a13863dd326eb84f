#pragma once

#include <string_view>
#include <vector>

#include "core/api/table_arguments.h"
#include "core/types/api_error.h"

namespace orrery::api {

// The rules for the definition of a table, in the service's order and words.

/// Everything that CreateTable demands of keys, indexes and throughput.
ApiResult<void> checkTable(const TableDefinition& table);

/// The rules for one key schema: of a table or of an index.
ApiResult<void> checkKeySchema(const std::vector<KeyElement>& keys,
                               const std::vector<types::KeyAttribute>& attributes);
ApiResult<void> checkProjection(const IndexDefinition& index);
/// How many NonKeyAttributes the indexes of a table may have in all (API_Projection.html).
ApiResult<void> checkNonKeyAttributes(std::size_t count);
/// No table can have more than 10^12 units.
ApiResult<void> checkBounds(const cluster::Throughput& throughput);

/// OnDemandThroughput: only for a table on demand, at least 1 each, and -1 to take a limit away
/// from a table that has one. An absent limit is kAbsentLimit.
enum class OnDemandUse { CreateTable, UpdateTable };
ApiResult<void> checkOnDemand(const cluster::Throughput& limits, cluster::BillingMode billing,
                              OnDemandUse use);

inline constexpr std::size_t kNonKeyAttributesMax = 100;
inline constexpr std::size_t kLocalIndexesMax = 5;
inline constexpr std::size_t kGlobalIndexesMax = 20;

}  // namespace orrery::api
