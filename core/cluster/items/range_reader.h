#pragma once

#include "core/cluster/kernel/op.h"
#include "core/cluster/kernel/world_state.h"

namespace orrery::cluster {

/// The items of a page in one partition, as the replica in `zone` has applied it. The page
/// continues at `request.key`, the lower bound in the range `request.part`, or the upper bound when
/// it goes backward. Stops at the limits of the request, and then sets `more`. An item fetched for
/// an entry of a local index counts as well as the entry.
storage::StorageResult<RangeReply> readRange(const WorldState& world, const Group& group,
                                             ZoneIndex zone, const ReadRange& range,
                                             const OpRequest& request);

/// The storage keys that a page may read in this partition.
KeyBounds pageBounds(const Group& group, const ReadRange& range, const OpRequest& request);

/// The key space that a page reads.
KeySpaceId spaceOf(const ReadRange& range);

/// The first partition of one range of a page (if `group` is null), or the next one after `group`;
/// group 0 if the range has no more. A local index lives in the partitions of its table.
GroupId nextPartition(const WorldState& world, const ReadRange& range, std::uint32_t part,
                      const Group* group);

}  // namespace orrery::cluster
