#pragma once

#include "core/base/time.h"
#include "core/cluster/request.h"
#include "core/json/json.h"

namespace orrery::api {

/// Writes a TableDescription, as DescribeTable, CreateTable and UpdateTable show it.
void writeTable(json::Writer& out, const cluster::TableReply& reply);

/// The shorter one of DeleteTable: without keys, attributes and indexes.
void writeDeletedTable(json::Writer& out, const cluster::TableReply& reply);

/// Seconds since 1970 with milliseconds, as the service writes instants.
void writeTime(json::Writer& out, CalendarTime time);

/// The warm throughput of a table or of one of its indexes: what was asked for, at least what the
/// capacity mode gives by itself.
cluster::Throughput warmNow(const cluster::TableDescription& table,
                            const std::optional<cluster::Throughput>& warm,
                            const cluster::Throughput& provisioned);

}  // namespace orrery::api
