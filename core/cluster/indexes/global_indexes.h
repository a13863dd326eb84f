#pragma once

#include "core/cluster/indexes/index_backfill.h"
#include "core/cluster/indexes/index_receiver.h"
#include "core/cluster/indexes/index_sender.h"

namespace orrery::cluster {

/// Maintains global indexes: owns the parts and connects them. Sender and receiver exchange nothing
/// but messages.
class GlobalIndexes {
public:
    GlobalIndexes(WorldState& world, Replicator& replicator, Jobs& jobs)
        : receiver(world, replicator),
          sender(world, replicator),
          backfill(world, replicator, jobs, sender) {
        sender.setListeners([this](Group& base) { backfill.acknowledged(base); },
                            [this](Group& base) { backfill.leaderLost(base); });
    }
    GlobalIndexes(const GlobalIndexes&) = delete;
    GlobalIndexes& operator=(const GlobalIndexes&) = delete;

    void moved(Group& group) {
        switch (group.kind) {
            case GroupKind::Table:
                return sender.moved(group);
            case GroupKind::Index:
                return receiver.moved(group);
            case GroupKind::Ledger:
            case GroupKind::Journal:
                return;
        }
    }
    /// Call it before the partitions of a deleted index are removed.
    void forgetIndex(KeySpaceId table, KeySpaceId index) {
        backfill.forgetIndex(table, index);
        sender.forgetIndex(table, index);
    }
    /// Call it before the partitions of a deleted table are removed.
    void forgetTable(KeySpaceId table) {
        backfill.forgetTable(table);
        sender.forgetTable(table);
    }

    IndexReceiver receiver;
    IndexSender sender;
    IndexBackfill backfill;
};

}  // namespace orrery::cluster
