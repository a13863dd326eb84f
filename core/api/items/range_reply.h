#pragma once

#include "core/api/items/range_arguments.h"

namespace orrery::api {

/// The reply of Query and Scan: the items of the page that pass the filter, how many there are, and
/// where the next page begins.
void writePage(json::Writer& out, const RangeArguments& arguments,
               const cluster::RangeReply& reply);

}  // namespace orrery::api
