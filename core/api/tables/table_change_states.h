#pragma once

#include "core/api/tables/table_changes.h"

namespace orrery::api {

// What a table refuses while something of it is created, changed or deleted. It accepts the rest,
// such as deletion protection or throughput of another index.

/// Refuses changes that the table does not take in its present state, with ResourceInUseException
/// or LimitExceededException.
ApiResult<void> checkNotInUse(const cluster::TableDescription& table, const TableChanges& changes);

}  // namespace orrery::api
