#pragma once

#include "core/api/items/range_arguments.h"

namespace orrery::api {

/// Writes the reply of Query and Scan: the items of the page that pass the filter, their number,
/// and the start of the next page.
void writePage(json::Writer& out, const RangeArguments& arguments,
               const cluster::RangeReply& reply);

}  // namespace orrery::api
