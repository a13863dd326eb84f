#pragma once

#include "core/cluster/catalog/request.h"
#include "core/json/json.h"

namespace orrery::api {

/// Writes the members of a TableDescription that only a replica of a global table has: Replicas,
/// without the table itself, and the settings of all replicas. Writes nothing for other tables.
void writeReplicas(json::Writer& out, const cluster::TableReply& reply);

}  // namespace orrery::api
