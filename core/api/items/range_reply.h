#pragma once

#include "core/api/items/range_arguments.h"

namespace orrery::api {

/// The key of the last item of a page, under the table's key and that of the index.
types::Item lastKey(const RangeArguments& arguments, const cluster::ItemView& last);

/// The cost of a page.
Consumed pageCost(const RangeArguments& arguments, const cluster::RangeReply& reply);

/// Writes the reply of Query and Scan: the items of the page that pass the filter, their number,
/// and the start of the next page.
void writePage(json::Writer& out, const RangeArguments& arguments,
               const cluster::RangeReply& reply);

}  // namespace orrery::api
