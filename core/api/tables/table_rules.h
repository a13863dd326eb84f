#pragma once

#include <string_view>
#include <vector>

#include "core/api/tables/table_arguments.h"
#include "core/types/api_error.h"

namespace orrery::api {

// The rules for table definitions, in the service's order and words.

/// Checks everything that CreateTable demands of keys, indexes and throughput.
ApiResult<void> checkTable(const TableDefinition& table);

/// Checks the key schema of a global index.
ApiResult<void> checkIndexKeySchema(const std::vector<KeyElement>& keys,
                                    const std::vector<types::KeyAttribute>& attributes);

/// Checks the key schema of a table or a local index.
ApiResult<void> checkKeySchema(const std::vector<KeyElement>& keys,
                               const std::vector<types::KeyAttribute>& attributes);
ApiResult<void> checkProjection(const IndexDefinition& index);
/// Limits the NonKeyAttributes of all indexes of a table together (API_Projection.html).
ApiResult<void> checkNonKeyAttributes(std::size_t count);
inline constexpr std::size_t kNonKeyAttributesMax = 100;
inline constexpr std::size_t kLocalIndexesMax = 5;
inline constexpr std::size_t kGlobalIndexesMax = 20;

}  // namespace orrery::api
