#pragma once

#include <string>

#include "core/api/decode/fields.h"
#include "core/cluster/catalog/request.h"

namespace orrery::api {

// Questions about one table. Its description answers them, or a constant answer that is true for a
// table without the feature in question.

struct TableQuestion {
    std::string tableName;
    cluster::TablePtr table;  ///< Set when the request is bound.
};

/// For an operation whose input has a TableName.
ApiResult<TableQuestion> takeTableQuestion(const Fields& request);

/// A question about the account. It names no table, and its input does not change the answer yet.
struct AccountQuestion {};

ApiResult<AccountQuestion> takeAccountQuestion(const Fields& request);
ApiResult<cluster::Request> bindAccountQuestion(AccountQuestion& question,
                                                const cluster::Catalog& catalog,
                                                const cluster::Caller& caller);

/// Fails with ResourceNotFoundException if there is no such table.
ApiResult<cluster::Request> bindTableQuestion(TableQuestion& question,
                                              const cluster::Catalog& catalog,
                                              const cluster::Caller& caller);
/// The same for a request that may omit the table.
ApiResult<cluster::Request> bindOptionalTable(TableQuestion& question,
                                              const cluster::Catalog& catalog,
                                              const cluster::Caller& caller);

}  // namespace orrery::api
