#pragma once

#include <optional>
#include <string_view>

#include "core/cluster/catalog/request.h"
#include "core/cluster/kernel/world_state.h"

namespace orrery::cluster {

// Items as a replica has them. Whatever reads one goes through here, so its checksum is verified.

/// What a tree has under `storageKey` as an item; null if it has nothing. Nothing if the bytes are
/// damaged.
std::optional<ItemView> viewOf(std::string_view storageKey, SharedBytes stored);

/// An item as the replica in `zone` has applied it. Damaged bytes are an error that names the
/// place.
storage::StorageResult<ItemView> appliedItem(const WorldState& world, const Group& group,
                                             ZoneIndex zone, std::string_view storageKey);

/// An item as the leader has it, tail included. `lsn` is the record of the tail, or 0.
struct LatestItem {
    ItemView item;
    Lsn lsn{};
};
storage::StorageResult<LatestItem> latestItem(const WorldState& world, const Group& group,
                                              ZoneIndex zone, std::string_view storageKey);

}  // namespace orrery::cluster
