#pragma once

#include "core/cluster/catalog/request.h"
#include "core/cluster/replicas/replicator.h"

namespace orrery::cluster {

/// What a leader makes of a write: a reply or an error, and the record of the log on which it
/// rests.
struct Written {
    WriteReply reply;
    std::optional<ApiError> error;
    /// The reply leaves when this is committed; 0 if it rests on nothing that is not.
    Lsn restsOn{};
};

/// Evaluates a write on the latest state that the leader in `zone` has, the tail of its log
/// included, and proposes the record if one is due. Only while that replica serves. An error of the
/// store comes back as InternalServerError.
Written writeItem(WorldState& world, Replicator& replicator, Group& group, ZoneIndex zone,
                  const WriteItem& write, const std::string& storageKey);

/// An item as the leader has it, tail included. `lsn` is the record of the tail, or 0.
struct LatestItem {
    ItemView item;
    Lsn lsn{};
};
storage::StorageResult<LatestItem> latestItem(const WorldState& world, const Group& group,
                                              ZoneIndex zone, std::string_view storageKey);

/// What a tree has under `storageKey` as an item; null if it has nothing. Damaged bytes are an
/// error.
storage::StorageResult<ItemView> viewOf(std::string_view storageKey, SharedBytes stored);

}  // namespace orrery::cluster
