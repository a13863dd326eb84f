#pragma once

#include "core/cluster/kernel/op.h"
#include "core/cluster/kernel/world_state.h"

namespace orrery::cluster {

/// The part of a page that one partition has, as the replica in `zone` has applied it.
/// `from` is where the page goes on: its beginning, or going backward its end. Stops after
/// `itemsMax` items or once `bytesMax` is reached; `more` says that it stopped so.
storage::StorageResult<RangeReply> readRange(const WorldState& world, const Group& group,
                                             ZoneIndex zone, const ReadRange& range,
                                             const std::string& from, std::uint64_t itemsMax,
                                             std::uint64_t bytesMax);

/// The key space that a page reads.
KeySpaceId spaceOf(const ReadRange& range);

/// The partition in which a page begins, or goes on after `group` (null: begins); group 0 if the
/// range has no more. A local index lives in the partitions of its table.
GroupId nextPartition(const WorldState& world, const ReadRange& range, const Group* group);

}  // namespace orrery::cluster
