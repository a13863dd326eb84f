#pragma once

#include <string_view>

#include "core/cluster/catalog/request.h"
#include "core/partiql/statement.h"

namespace orrery::api {

/// Checks that a SELECT in a batch or transaction names the whole key of one item and nothing else.
/// `operation` is the name in the error.
ApiResult<void> checkReadsByKey(const partiql::Select& select,
                                const cluster::TableDescription& table, std::string_view operation);
/// The read of such a SELECT. Fails also if the key does not fit the table.
ApiResult<cluster::ReadItem> bindReadByKey(const partiql::Select& select,
                                           const cluster::TablePtr& table,
                                           std::string_view operation);

/// The same two steps for EXISTS(SELECT …), a condition on one item in a transaction.
ApiResult<void> checkExists(const partiql::Exists& exists, const cluster::TableDescription& table);
ApiResult<cluster::ConditionCheck> bindExists(const partiql::Exists& exists,
                                              const cluster::TablePtr& table);

}  // namespace orrery::api
