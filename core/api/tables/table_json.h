#pragma once

#include <optional>

#include "core/base/time.h"
#include "core/cluster/catalog/request.h"
#include "core/json/json.h"

namespace orrery::api {

/// Writes a TableDescription, as DescribeTable shows it.
void writeTable(json::Writer& out, const cluster::TableReply& reply);

/// The one of CreateTable: without warm throughput, unless the request asked for one of the table.
void writeCreatedTable(json::Writer& out, const cluster::TableReply& reply);

/// The one of UpdateTable: a limit that the request took away is shown once more, as -1.
void writeUpdatedTable(json::Writer& out, const cluster::TableReply& reply,
                       const std::optional<cluster::Throughput>& onDemandAsked);

/// The shorter one of DeleteTable: without keys, attributes and indexes.
void writeDeletedTable(json::Writer& out, const cluster::TableReply& reply);

/// Seconds since 1970 with milliseconds, as the service writes instants.
void writeTime(json::Writer& out, CalendarTime time);

}  // namespace orrery::api
