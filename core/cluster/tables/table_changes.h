#pragma once

#include <optional>
#include <string>

#include "core/base/time.h"
#include "core/cluster/catalog/request.h"
#include "core/cluster/streams/streams.h"

namespace orrery::cluster {

// Applies an UpdateTable to the description of a table: some settings at once, the others later, as
// `PendingChange`: once the table or its index leaves UPDATING, or once its warm throughput or its
// encryption is no longer being updated.

/// True if the service makes the changes while others keep the table UPDATING: settings and
/// throughput of indexes, and the billing mode that the table has.
bool isTakenWhileUpdating(const UpdateTable& update);

/// True if the table is UPDATING until the change is done.
bool takesTime(const UpdateTable& update);

/// True if some of the change takes effect only once the table or an index has settled.
bool takesEffectLater(const UpdateTable& update);

/// Applies the immediate changes and records the others as pending. Indexes are not created or
/// deleted.
void beginChanges(const UpdateTable& update, CalendarTime now, TableDescription& table);

/// Applies the pending changes.
void finishChanges(CalendarTime now, TableDescription& table);

/// Sets the stream of `table`, and returns the creation of a new one.
std::optional<CalendarTime> setStream(const Streams& streams,
                                      const std::optional<StreamView>& enabled,
                                      TableDescription& table);

/// Reduces the definitions to those of the keys of the table and its indexes. Existing ones keep
/// their places.
void pruneDefinitions(TableDescription& table);

}  // namespace orrery::cluster
