#pragma once

#include <optional>

#include "core/api/items/item_arguments.h"
#include "core/cluster/catalog/request.h"
#include "core/json/json.h"
#include "core/partiql/statement.h"

namespace orrery::api {

// INSERT, UPDATE and DELETE as writes of one item.

/// The write of a statement, which is none of the others. Copies what the reply needs.
ApiResult<cluster::WriteItem> bindStatementWrite(const partiql::Statement& statement,
                                                 const cluster::TablePtr& table);

/// The item that RETURNING asks for: whole, or the attributes that the update touches. Nothing if
/// there is none.
std::optional<types::Item> returnedItem(const partiql::Statement& statement,
                                        const cluster::WriteReply& reply);

}  // namespace orrery::api
