#pragma once

#include <cstdint>
#include <string_view>

#include "core/cluster/kernel/world_state.h"
#include "core/table/log_record.h"

namespace orrery::cluster {

/// Sets which entries of the index by expiry a record adds and erases, if its table has a time to
/// live. Called for every record before the leader in `zone` proposes it, so that whatever changes
/// an item keeps the index.
void noteExpiry(WorldState& world, const Group& group, ZoneIndex zone, table::LogRecord& record);

/// True if the item at `storageKey` has an entry at `expiry` in the latest state of the leader in
/// `zone`.
bool hasExpiryEntry(WorldState& world, const Group& group, ZoneIndex zone, std::int64_t expiry,
                    std::string_view storageKey);

}  // namespace orrery::cluster
