#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "core/cluster/catalog/request.h"
#include "core/cluster/global/global_replication.h"
#include "core/cluster/streams/streams.h"
#include "core/cluster/tables/table_store.h"
#include "core/cluster/tables/transient_states.h"

namespace orrery::cluster {

/// The replicas of global tables: adds, changes and removes them, and says which tables a change
/// reaches. A replica that is new is CREATING until it has everything that its source has; one that
/// is removed is DELETING until the others have everything that clients wrote to it. A table with
/// its replica changes its states by TableSettles, as without one: the administration of tables
/// asks and tells this part.
class TableReplicas {
public:
    /// All must outlive this object.
    struct Parts {
        TableStore& tables;
        TransientStates& states;
        Streams& streams;
        ExpirySweeper& expiries;
        GlobalReplication& replication;
    };

    TableReplicas(WorldState& world, const Parts& parts);
    TableReplicas(const TableReplicas&) = delete;
    TableReplicas& operator=(const TableReplicas&) = delete;

    /// UpdateTable with ReplicaUpdates. On success `update.table` is UPDATING, and everything else
    /// happens later.
    ApiResult<void> change(const UpdateTable& update);
    /// The table has become DELETING. Returns false if it is no replica; otherwise it settles once
    /// the others have its changes.
    bool beginRemoval(KeySpaceId table);

    // --- while tables settle

    /// True if the table cannot leave its transient state yet: it is being filled, or others lack
    /// some of its changes. It settles later.
    bool isHeld(const TableDescription& table);
    /// True if a replica is being added from the table, which is UPDATING meanwhile.
    bool isSource(KeySpaceId table) const;
    /// The table has become ACTIVE.
    void settled(const TableDescription& table);
    /// The table is about to be erased.
    void leave(KeySpaceId table);

    // --- what others ask

    /// The table, and its other replicas if the settings of all are the same.
    std::vector<TablePtr> sharingSettings(const TablePtr& table) const;
    /// The replicas that are being filled from the table.
    std::vector<TablePtr> filledFrom(KeySpaceId table) const;
    /// The table as its own Region sees it.
    TablePtr shown(const TablePtr& table) const;
    /// Adds what a reply shows of the global table.
    void describe(TableReply& reply) const;

private:
    void add(const TableDescription& table, const ReplicaChange& change);
    /// Makes all replicas of a table with strong consistency, and its journals.
    void addStrong(const UpdateTable& update);
    /// Deletes all but the one in the Region of the request.
    void removeStrong(const GlobalTable& global, const UpdateTable& update);
    /// The table is consistent over Regions no more. Its journals go, and what they have is in
    /// every replica that stays.
    void dissolve(const GlobalTable& global);
    /// True if a replica that stays lacks something that a journal has.
    bool lacksRecords(const GlobalTable& global) const;
    /// Makes the table of a new replica, with empty partitions. The counters are not saved.
    TablePtr makeTable(const TableDescription& source, const std::string& region);
    void addIndexes(TableDescription& table);
    void changeOverrides(const GlobalTable& global, const std::vector<ReplicaChange>& changes);
    void remove(const GlobalTable& global, const ReplicaChange& change);
    void filled(KeySpaceId table);

    GlobalTablePtr globalOf(KeySpaceId table) const {
        return m_world.catalog.globals().ofTable(table);
    }
    void setStatus(KeySpaceId table, TableStatus status);
    void setStatus(const GlobalTable& global, KeySpaceId table, ReplicaStatus status);
    /// A table that waits for a replica waits no more.
    void settleSource(KeySpaceId source);
    /// Some multiples of the time that a table stays in a transient state.
    void settleAfter(KeySpaceId table, int units);
    Duration age(const GlobalReplica& replica) const;

    WorldState& m_world;
    TableStore& m_tables;
    TransientStates& m_states;
    Streams& m_streams;
    ExpirySweeper& m_expiries;
    GlobalReplication& m_replication;
    /// By replica that is removed: when it goes even if others lack some of its changes.
    std::map<KeySpaceId, Instant> m_goesAt;
};

}  // namespace orrery::cluster
