#pragma once

#include "core/cluster/catalog/request.h"
#include "core/json/json.h"

namespace orrery::api {

/// Writes a TableAutoScalingDescription: all replicas of a global table, the described one too.
void writeAutoScaling(json::Writer& out, const cluster::TableReply& reply);

}  // namespace orrery::api
