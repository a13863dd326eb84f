#pragma once

#include <optional>

#include "core/cluster/catalog/table_description.h"
#include "core/json/json.h"

namespace orrery::api {

/// Writes the member OnDemandThroughput, unless there is nothing to show. A limit that the request
/// removed (`asked` is -1) appears once more.
void writeOnDemand(json::Writer& out, const std::optional<cluster::Throughput>& throughput,
                   const cluster::Throughput& asked);

/// Writes the member WarmThroughput of a table, and that of one of its global indexes.
void writeWarm(json::Writer& out, const cluster::TableDescription& table);
void writeWarm(json::Writer& out, const cluster::TableDescription& table,
               const cluster::SecondaryIndex& index);

}  // namespace orrery::api
