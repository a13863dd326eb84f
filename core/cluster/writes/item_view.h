#pragma once

#include <optional>
#include <string_view>

#include "core/cluster/catalog/request.h"
#include "core/cluster/kernel/world_state.h"

namespace orrery::cluster {

// Items as a replica stores them. Every read of an item uses this, so its checksum is verified.

/// The item that a tree stores under `storageKey`; null if there is none. Nothing if the bytes are
/// corrupt.
std::optional<ItemView> viewOf(std::string_view storageKey, SharedBytes stored);

/// An item as the replica in `zone` has applied it. If it is corrupt, the error names the place.
storage::StorageResult<ItemView> appliedItem(const WorldState& world, const Group& group,
                                             ZoneIndex zone, std::string_view storageKey);

/// The leader's latest version of an item, including the tail of its log. `lsn` is the record in
/// the tail, or 0.
struct LatestItem {
    ItemView item;
    Lsn lsn{};
};
storage::StorageResult<LatestItem> latestItem(const WorldState& world, const Group& group,
                                              ZoneIndex zone, std::string_view storageKey);

}  // namespace orrery::cluster
