#pragma once

#include "core/cluster/items/range_reader.h"
#include "core/cluster/replicas/log_reader.h"

namespace orrery::cluster {

// A read is stale if an item differs from the newest version that was acknowledged when the read
// began: a replica that lags may well have the newest version of the items that are read. A write
// is acknowledged once two replicas have persisted it, so `began` is the group's committed LSN of
// that instant. Clients do not see any of this; it is for headers, the trace and the totals.

/// 1 if the item under this key, as the replica in `zone` has applied it, is stale; otherwise 0.
storage::StorageResult<std::uint64_t> staleItem(WorldState& world, const LogReader& log,
                                                Group& group, ZoneIndex zone, std::string_view key,
                                                Lsn began);

/// The number of items of a page that are stale, and of those that it lacks or has in vain. Of an
/// index, it looks at the entries.
storage::StorageResult<std::uint64_t> staleItems(WorldState& world, const LogReader& log,
                                                 Group& group, ZoneIndex zone,
                                                 const ReadRange& range, const OpRequest& request,
                                                 const RangeReply& page);

}  // namespace orrery::cluster
