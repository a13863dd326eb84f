#pragma once

#include <optional>

#include "core/base/time.h"
#include "core/cluster/catalog/request.h"
#include "core/json/json.h"

namespace orrery::api {

/// Writes a TableDescription, as in DescribeTable.
void writeTable(json::Writer& out, const cluster::TableReply& reply);

/// The form for CreateTable: it has no warm throughput, unless the request set one for the table.
void writeCreatedTable(json::Writer& out, const cluster::TableReply& reply);

/// The form for UpdateTable: a limit that the request removed appears once more, as -1.
void writeUpdatedTable(json::Writer& out, const cluster::TableReply& reply,
                       const std::optional<cluster::Throughput>& onDemandAsked);

/// The shorter form for DeleteTable: without keys, attributes and indexes.
void writeDeletedTable(json::Writer& out, const cluster::TableReply& reply);

/// Writes the member KeySchema.
void writeKeySchema(json::Writer& out, const types::KeySchema& keys);

/// Writes seconds since 1970 with milliseconds, as the service writes times.
void writeTime(json::Writer& out, CalendarTime time);

}  // namespace orrery::api
