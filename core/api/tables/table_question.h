#pragma once

#include <string>

#include "core/api/decode/fields.h"
#include "core/cluster/catalog/request.h"

namespace orrery::api {

// Questions about one table that its description answers, or that Orrery answers with what is true
// of a table without the feature that is asked for.

struct TableQuestion {
    std::string tableName;
    cluster::TablePtr table;  ///< Known once the request is bound.
};

/// For an operation whose input has a TableName.
ApiResult<TableQuestion> takeTableQuestion(const Fields& request);

/// A question about the account: it names no table, and what its input holds changes no answer yet.
struct AccountQuestion {};

ApiResult<AccountQuestion> takeAccountQuestion(const Fields& request);
ApiResult<cluster::Request> bindAccountQuestion(AccountQuestion& question,
                                                const cluster::Catalog& catalog,
                                                const cluster::Caller& caller);

/// ResourceNotFoundException where there is no such table.
ApiResult<cluster::Request> bindTableQuestion(TableQuestion& question,
                                              const cluster::Catalog& catalog,
                                              const cluster::Caller& caller);
/// The same for a request that need not name a table.
ApiResult<cluster::Request> bindOptionalTable(TableQuestion& question,
                                              const cluster::Catalog& catalog,
                                              const cluster::Caller& caller);

}  // namespace orrery::api
