#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/cluster/tables/table_store.h"

namespace orrery::cluster {

/// Loads the tables, ledgers and global tables of a world that is opened, with their groups, and
/// resumes what was in progress. Global indexes that are corrupt or share partitions are built
/// anew. Lives for one opening.
class TableLoader {
public:
    TableLoader(WorldState& world, Replicator& replicator, GlobalIndexes& indexes,
                TransientStates& states, TableStore& tables)
        : m_world(world),
          m_replicator(replicator),
          m_indexes(indexes),
          m_states(states),
          m_tables(tables) {}

    /// Call it once, after the Regions have been loaded. An error if the catalog is corrupt.
    storage::StorageResult<void> load();
    /// What was repaired meanwhile, one sentence each.
    std::vector<std::string> takeNotes() { return std::move(m_notes); }

private:
    storage::StorageResult<std::vector<StoredTable>> stored(std::string_view prefix) const;
    storage::StorageResult<std::vector<GlobalTable>> storedGlobals() const;
    void skipUsedIds(const GlobalTable& stored);
    storage::StorageResult<void> skipUsedIds(const std::vector<StoredTable>& stored);
    storage::StorageResult<std::set<KeySpaceId>> takeIndexesToRebuild();
    /// `lost` are spaces whose groups are of no use any more.
    storage::StorageResult<void> checkOwners(const std::vector<StoredTable>& ledgers,
                                             const std::vector<StoredTable>& tables,
                                             const std::set<KeySpaceId>& lost) const;
    storage::StorageResult<void> openLedgers(const std::vector<StoredTable>& ledgers);
    storage::StorageResult<void> openTable(const StoredTable& stored,
                                           const std::set<KeySpaceId>& lost,
                                           const std::set<GroupId>& shared);
    /// The tables are in the catalog already.
    storage::StorageResult<void> openGlobal(const GlobalTable& stored);
    storage::StorageResult<void> openJournals(const GlobalTable& global);
    /// A table lost a replica, and cannot be consistent over Regions any more.
    void dropJournals(const GlobalTable& global);
    /// Resumes the change that the table was in when the world stopped.
    storage::StorageResult<void> resume(const TableDescription& table,
                                        const std::set<KeySpaceId>& lost);
    static std::set<GroupId> groupsOf(const std::vector<StoredTable>& stored,
                                      const std::set<KeySpaceId>& spaces);
    storage::StorageResult<void> rebuildIndex(const StoredTable& stored, KeySpaceId lost,
                                              std::string_view why);

    WorldState& m_world;
    Replicator& m_replicator;
    GlobalIndexes& m_indexes;
    TransientStates& m_states;
    TableStore& m_tables;
    std::vector<std::string> m_notes;
};

}  // namespace orrery::cluster
