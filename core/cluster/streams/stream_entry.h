#pragma once

#include <optional>

#include "core/cluster/catalog/request.h"
#include "core/cluster/kernel/planted_bug.h"
#include "core/table/log_record.h"

namespace orrery::cluster {

/// The stream record for a log record, or nothing if the record does not change an item: one of
/// another kind, a transaction's check, or a write that left the item as it was.
std::optional<StreamEntry> streamEntryOf(const StreamDescription& stream, Lsn lsn,
                                         const table::LogRecord& record, PlantedBug bug);

/// The size of a stream record as the service counts it: its keys and the images that it shows.
/// Also bounds the page of a GetRecords.
std::uint64_t entryBytes(const StreamDescription& stream, const StreamEntry& entry);

}  // namespace orrery::cluster
