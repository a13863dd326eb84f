#pragma once

#include <string>

#include "core/api/decode/fields.h"
#include "core/cluster/catalog/request.h"

namespace orrery::api {

// Requests about one table that need no other members. The table's description answers most of
// them; a constant answers the others, since it is true for every table without that feature.

struct TableRequest {
    std::string tableName;
    cluster::TablePtr table;  ///< Set when the request is bound.
};

/// For an operation that takes only TableName before it is bound.
ApiResult<TableRequest> takeTableRequest(const Fields& request);

/// A request about the account. It names no table, and its input does not change the answer yet.
struct AccountRequest {};

ApiResult<AccountRequest> takeAccountRequest(const Fields& request);
ApiResult<cluster::Request> bindAccountRequest(AccountRequest& parsed,
                                               const cluster::Catalog& catalog,
                                               const cluster::Caller& caller);

/// Fails with ResourceNotFoundException if there is no such table.
ApiResult<cluster::Request> bindTableRequest(TableRequest& parsed, const cluster::Catalog& catalog,
                                             const cluster::Caller& caller);
/// The same for a request that may omit the table.
ApiResult<cluster::Request> bindOptionalTable(TableRequest& parsed, const cluster::Catalog& catalog,
                                              const cluster::Caller& caller);

}  // namespace orrery::api
