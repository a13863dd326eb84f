#pragma once

#include <vector>

#include "core/api/items/range_arguments.h"
#include "core/partiql/statement.h"

namespace orrery::api {

// A SELECT as a page of a Query or Scan.

struct SelectArguments {
    /// What a Query or Scan has: table, index, filter, limit. The filter is the whole WHERE clause,
    /// and `startKey` is the key of the NextToken.
    RangeArguments range;
    std::vector<partiql::Column> columns;  ///< Empty: "*".
};

/// Refuses an index whose key has several HASH or RANGE attributes: PartiQL reads none of them.
ApiResult<void> checkOneAttributeEach(const cluster::SecondaryIndex& index);

/// Finds the table and the index, and plans the reads.
ApiResult<cluster::ReadRange> bindSelect(const partiql::Select& select, SelectArguments& arguments,
                                         const cluster::Catalog& catalog,
                                         const cluster::Caller& caller);

/// Writes the items of the page as a JSON list.
void writeSelected(json::Writer& out, const SelectArguments& arguments,
                   const cluster::RangeReply& reply);
/// Writes one item, or its columns.
void writeColumns(json::Writer& out, const std::vector<partiql::Column>& columns,
                  const cluster::ItemView& item);

}  // namespace orrery::api
