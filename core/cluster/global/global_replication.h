#pragma once

#include <algorithm>
#include <functional>
#include <utility>

#include "core/cluster/global/conflict_ledger.h"
#include "core/cluster/global/journal_server.h"
#include "core/cluster/global/replica_fill.h"
#include "core/cluster/global/replica_receiver.h"
#include "core/cluster/global/replica_sender.h"
#include "core/cluster/global/strong_server.h"

namespace orrery::cluster {

/// Replication between the replicas of global tables: owns the parts and connects them. They
/// exchange nothing but messages.
class GlobalReplication {
public:
    GlobalReplication(WorldState& world, Replicator& replicator, Jobs& jobs,
                      PreparedItems& prepared, CollectionSizes& sizes)
        : receiver(world, replicator, prepared, sizes),
          sender(world, replicator),
          fill(world, replicator, jobs, sender),
          ledger(world, replicator),
          strong(world, sizes),
          journals(world, replicator, JournalServer::answerByPost(world)) {
        sender.setListeners([this](Group& source) { fill.acknowledged(source); },
                            [this](Group& source) { fill.leaderLost(source); });
    }
    GlobalReplication(const GlobalReplication&) = delete;
    GlobalReplication& operator=(const GlobalReplication&) = delete;

    void moved(Group& group) {
        if (group.kind == GroupKind::Journal) {
            journals.moved(group);
            sender.moved(group);
        }
        if (group.kind != GroupKind::Table) return;
        receiver.moved(group);
        sender.moved(group);
        ledger.moved(group);
        strong.moved(group);
    }
    /// True if something waits for the lease of the group's leader.
    bool waits(GroupId group) const {
        return receiver.waits(group) || strong.waits(group) || journals.waits(group);
    }
    /// `source` is the partition that the event names; null if it is gone.
    void on(const ReplicaRetry& retry, Group* source) {
        sender.on(retry);
        if (source != nullptr && source->kind == GroupKind::Table) ledger.moved(*source);
    }
    /// Call it before the group is removed.
    void forget(GroupId group) {
        receiver.forget(group);
        strong.forget(group);
        journals.forget(group);
    }

    // --- for the administration of tables; `global` is in the catalog already

    /// The last replica of `global` has joined, with empty partitions: from now on the others send
    /// it their changes, and its source fills it with what there is.
    void join(const GlobalTable& global) {
        sender.join(global);
        ledger.join(global);
        fill.begin(global, global.replicas.back().table);
    }
    /// `global` is new, with strong consistency and without items.
    void joinStrong(const GlobalTable& global) { sender.join(global, *global.journal); }
    /// It is no longer global; call it before its journals are removed.
    void leaveStrong(const GlobalTable& global) { sender.leave(*global.journal); }
    /// Whether a replica has all committed records of the journals.
    bool hasAll(const GlobalJournal& journal, KeySpaceId table) const {
        return sender.hasAll(journal, table);
    }
    /// `table` is no replica of `global` any more; call it before its partitions are removed.
    void leave(const GlobalTable& global, KeySpaceId table) {
        fill.forget(table);
        sender.leave(global, table);
        ledger.leave(table);
        // A table that is alone is no replica any more.
        const auto isOther = [&](const GlobalReplica& one) { return one.table != table; };
        if (std::ranges::count_if(global.replicas, isOther) == 1)
            ledger.leave(std::ranges::find_if(global.replicas, isOther)->table);
    }
    /// Called once a new replica has every item.
    void setFilled(std::function<void(KeySpaceId table)> filled) {
        fill.setFilled(std::move(filled));
    }
    /// Whether the other replicas have everything that clients have written to `table`.
    bool isDrained(const GlobalTable& global, KeySpaceId table) const {
        return sender.isDrained(global, table);
    }
    /// After a restart, once all tables and global tables are in the catalog.
    storage::StorageResult<void> resume() {
        sender.resume();
        return fill.resume();
    }

    ReplicaReceiver receiver;
    ReplicaSender sender;
    ReplicaFill fill;
    ConflictLedger ledger;
    StrongServer strong;     ///< The side of the partitions.
    JournalServer journals;  ///< The side of the journals.
};

}  // namespace orrery::cluster
