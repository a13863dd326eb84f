#pragma once

#include "core/cluster/catalog/request.h"
#include "core/cluster/replicas/replicator.h"
#include "core/cluster/writes/collection_sizes.h"
#include "core/cluster/writes/item_view.h"

namespace orrery::cluster {

/// What a leader makes of a write: a reply or an error, and the record of the log on which it
/// rests.
struct Written {
    WriteReply reply;
    std::optional<ApiError> error;
    /// The reply leaves when this is committed; 0 if it rests on nothing that is not.
    Lsn restsOn{};
    /// Nothing was done: the size of the item collection is asked for and must be counted first.
    bool needsCount = false;
};

/// Evaluates a write on the latest state that the leader in `zone` has, the tail of its log
/// included, and proposes the record if one is due. Only while that replica serves. Damaged bytes
/// are reported to the world and answered with InternalServerError.
Written writeItem(WorldState& world, Replicator& replicator, CollectionSizes& sizes, Group& group,
                  ZoneIndex zone, const WriteItem& write, const std::string& storageKey);

}  // namespace orrery::cluster
