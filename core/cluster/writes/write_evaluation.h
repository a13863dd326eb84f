#pragma once

#include <optional>
#include <string>

#include "core/cluster/catalog/request.h"
#include "core/cluster/replicas/replicator.h"
#include "core/cluster/writes/collection_sizes.h"
#include "core/cluster/writes/item_view.h"

namespace orrery::cluster {

/// What a write would do to the latest state of a leader, the tail of its log included.
struct Evaluation {
    LatestItem latest;  ///< The item before the write, and the record on which that depends.
    std::optional<table::CollectionSize> collection;  ///< Before the write, if known.
    std::optional<ApiError> error;
    /// The write wants the size of the item collection, which must be counted first.
    bool needsCount = false;
    /// The put or delete of the item, without the size of the collection; nothing for a no-op.
    std::optional<table::LogRecord> record;
};

/// How often a write puts the new image into the log.
enum class Logged : std::uint8_t { Once = 1, PreparedAndCommitted = 2 };

/// Reports corrupt data to the world and answers InternalServerError. So it does if the store has
/// too little room left for the write.
Evaluation evaluateWrite(WorldState& world, const CollectionSizes& sizes, const Group& group,
                         ZoneIndex zone, const WriteItem& write, const std::string& storageKey,
                         Logged logged);
/// Has no record.
Evaluation evaluateCheck(WorldState& world, const Group& group, ZoneIndex zone,
                         const ConditionCheck& check, const std::string& storageKey);

/// Takes the room that the record of a change may cost. False if there is not enough.
bool takesRoom(WorldState& world, const Group& group, const table::LogRecord& record,
               Logged logged);

/// The record that replaces `before` by an encoded item, or deletes it.
table::LogRecord changeRecord(const WorldState& world, const Group& group,
                              const std::string& storageKey, const ItemView& before,
                              std::optional<std::string> newImage, std::uint32_t newItemBytes);

/// Adds the size of the collection to the record of a change, if it was known before, and proposes
/// it. `size` receives the size.
Replicator::Proposed proposeChange(Replicator& replicator, CollectionSizes& sizes, Group& group,
                                   ZoneIndex zone, table::LogRecord record,
                                   const std::optional<table::CollectionSize>& before,
                                   std::optional<std::uint64_t>& size);

}  // namespace orrery::cluster
