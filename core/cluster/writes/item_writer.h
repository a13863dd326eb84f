#pragma once

#include "core/cluster/catalog/request.h"
#include "core/cluster/replicas/replicator.h"
#include "core/cluster/writes/collection_sizes.h"
#include "core/cluster/writes/prepared_items.h"

namespace orrery::cluster {

/// The result of a write at the leader: a reply or an error, and the log record on which it
/// depends.
struct Written {
    WriteReply reply;
    std::optional<ApiError> error;
    /// The reply leaves once this is committed; 0 if it depends only on committed records.
    Lsn restsOn{};
    /// Nothing was done: the request wants the size of the item collection, which must be counted
    /// first.
    bool needsCount = false;
};

/// The text of the service for a write of an item that a transaction has prepared.
ApiError transactionConflict();

/// Evaluates a write on the latest state of the leader in `zone`, including the tail of its log,
/// and proposes a record if one is needed. Only while that replica serves. Reports corrupt data to
/// the world and answers InternalServerError.
Written writeItem(WorldState& world, Replicator& replicator, CollectionSizes& sizes,
                  PreparedItems& prepared, Group& group, ZoneIndex zone, const WriteItem& write,
                  const std::string& storageKey);

}  // namespace orrery::cluster
