#pragma once

#include <string>

#include "core/base/time.h"
#include "core/cluster/catalog/request.h"

namespace orrery::cluster {

// What an UpdateTable changes in the description of a table. Some of it changes at once; the rest
// is noted as pending, and changes once the table or its index leaves UPDATING, or once its warm
// throughput or its encryption is no longer being updated.

/// True if the service makes the changes while others keep the table UPDATING: settings and
/// throughput of indexes, and the billing mode that the table has.
bool isTakenWhileUpdating(const UpdateTable& update);

/// True if the table is UPDATING until the change is done.
bool takesTime(const UpdateTable& update);

/// True if some of the change takes effect only once the table or an index has settled.
bool takesEffectLater(const UpdateTable& update);

/// Changes what changes at once, and notes the rest as pending. Indexes are not created or deleted.
void beginChanges(const UpdateTable& update, CalendarTime now, TableDescription& table);

/// What is pending takes effect.
void finishChanges(CalendarTime now, TableDescription& table);

/// Reduces the definitions to those of the keys of the table and its indexes. Existing ones keep
/// their places.
void pruneDefinitions(TableDescription& table);

}  // namespace orrery::cluster
