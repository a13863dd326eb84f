#include "core/cluster/tables/table_loader.h"

#include <algorithm>
#include <charconv>

#include "core/base/result.h"
#include "core/cluster/catalog/stored_version.h"
#include "core/cluster/tables/table_values.h"

namespace orrery::cluster {

storage::StorageResult<void> TableLoader::load() {
    TRY_ASSIGN(const std::vector<StoredTable> stored, this->stored(kTablePrefix));
    TRY_ASSIGN(const std::vector<StoredTable> ledgers, this->stored(kLedgerPrefix));
    TRY_ASSIGN(const std::vector<GlobalTable> globals, storedGlobals());
    for (const GlobalTable& one : globals)
        skipUsedIds(one);
    TRY(skipUsedIds(stored));
    TRY(skipUsedIds(ledgers));
    const std::set<KeySpaceId> sharing = indexesSharingGroups(stored);
    const std::set<GroupId> shared = groupsOf(stored, sharing);
    TRY_ASSIGN(std::set<KeySpaceId> lost, takeIndexesToRebuild());
    lost.insert(sharing.begin(), sharing.end());
    TRY(checkOwners(ledgers, stored, lost));
    TRY(openLedgers(ledgers));
    for (const StoredTable& one : stored)
        TRY(openTable(one, lost, shared));
    for (const GlobalTable& one : globals)
        TRY(openGlobal(one));
    for (const StoredTable& one : stored) {
        TRY(resume(one.table, lost));
    }
    for (const StoredTable& one : stored) {
        for (const SecondaryIndex& index : one.table.indexes) {
            if (!lost.contains(index.space)) continue;
            const bool isShared = sharing.contains(index.space);
            TRY(rebuildIndex(
                one, index.space,
                isShared ? "shared its partitions with another table or index, because of a "
                           "bug in an earlier version"
                         : "was corrupt"));
        }
    }
    m_indexes.sender.resume();
    return {};
}

storage::StorageResult<void> TableLoader::openTable(const StoredTable& stored,
                                                    const std::set<KeySpaceId>& lost,
                                                    const std::set<GroupId>& shared) {
    const auto table = std::make_shared<const TableDescription>(stored.table);
    m_world.catalog.put(table);
    for (const StoredPartition& partition : stored.partitions) {
        if (lost.contains(partition.space)) continue;
        const bool isIndex = partition.space != table->space;
        Group& group =
            m_tables.addStored(*table, isIndex ? GroupKind::Index : GroupKind::Table, partition);
        const bool isShared = shared.contains(partition.group);
        TRY(isShared ? m_replicator.reopenShared(group) : m_replicator.reopen(group));
    }
    return {};
}

// `repair` reports them.
storage::StorageResult<std::set<KeySpaceId>> TableLoader::takeIndexesToRebuild() {
    TRY_ASSIGN(const auto values, m_world.store.values(kRebuildPrefix));
    std::set<KeySpaceId> spaces;
    for (const auto& [name, empty] : values) {
        std::uint32_t number = 0;
        std::from_chars(name.data() + kRebuildPrefix.size(), name.data() + name.size(), number);
        spaces.insert(KeySpaceId(number));
        m_world.turn.eraseValue(name);
    }
    return spaces;
}

storage::StorageResult<void> TableLoader::openLedgers(const std::vector<StoredTable>& ledgers) {
    for (const StoredTable& one : ledgers) {
        for (const StoredPartition& partition : one.partitions) {
            Group& group = m_tables.addStored(one.table, GroupKind::Ledger, partition);
            m_world.region(one.table.region).ledger = partition.group;
            TRY(m_replicator.reopen(group));
        }
    }
    return {};
}

storage::StorageResult<std::vector<StoredTable>> TableLoader::stored(
    std::string_view prefix) const {
    std::vector<StoredTable> stored;
    TRY_ASSIGN(const auto values, m_world.store.values(prefix));
    for (const auto& [name, bytes] : values) {
        auto one = decodeStoredTable(bytes);
        if (!one && isNewerStoredTable(bytes))
            return std::unexpected(newerValue("The description of a table (" + name + ")"));
        if (!one || !isNameOf(name, *one) || one->table.region.value() >= m_world.regions.size() ||
            one->table.regionName != m_world.region(one->table.region).name)
            return std::unexpected(corruptCatalog(name));
        stored.push_back(std::move(*one));
    }
    return stored;
}

storage::StorageResult<std::vector<GlobalTable>> TableLoader::storedGlobals() const {
    std::vector<GlobalTable> globals;
    std::set<KeySpaceId> replicas;
    TRY_ASSIGN(const auto values, m_world.store.values(kGlobalPrefix));
    for (const auto& [name, bytes] : values) {
        auto one = decodeGlobalTable(bytes);
        if (!one && isNewerGlobalTable(bytes))
            return std::unexpected(newerValue("The description of a global table (" + name + ")"));
        bool isSound = one && isNameOf(name, *one);
        for (std::size_t i = 0; isSound && i < one->replicas.size(); ++i)
            isSound = replicas.insert(one->replicas[i].table).second;
        if (isSound && one->journal)
            isSound = std::ranges::all_of(one->journal->seats, [&](RegionId seat) {
                return seat.value() < m_world.regions.size();
            });
        if (!isSound) return std::unexpected(corruptCatalog(name));
        globals.push_back(*std::move(one));
    }
    return globals;
}

// `repair` drops a table that is corrupt. What was being filled from it cannot become whole.
storage::StorageResult<void> TableLoader::openGlobal(const GlobalTable& stored) {
    GlobalTable global = stored;
    std::erase_if(global.replicas, [&](const GlobalReplica& replica) {
        return m_world.catalog.find(replica.table) == nullptr;
    });
    std::erase_if(global.replicas, [&](const GlobalReplica& replica) {
        return replica.status == ReplicaStatus::Creating && global.find(replica.source) == nullptr;
    });
    if (global == stored) {
        m_world.catalog.putGlobal(std::make_shared<const GlobalTable>(global));
        return openJournals(global);
    }
    if (global.journal) global.replicas.clear();
    for (const GlobalReplica& replica : stored.replicas) {
        const TablePtr table = m_world.catalog.find(replica.table);
        if (table == nullptr) continue;
        const bool isAlone = global.replicas.size() < 2 || global.find(replica.table) == nullptr;
        m_notes.push_back("Table " + table->name + " in " + table->regionName +
                          (isAlone ? " is no longer global" : " has lost a replica") +
                          ", since a table in another Region is missing.");
    }
    if (stored.journal) {
        dropJournals(stored);
        m_tables.eraseGlobal(stored);
        return {};
    }
    m_tables.putGlobal(std::move(global));
    return {};
}

storage::StorageResult<void> TableLoader::openJournals(const GlobalTable& global) {
    if (!global.journal) return {};
    for (const JournalPartition& partition : global.journal->partitions)
        TRY(m_replicator.reopen(m_tables.addStoredJournal(*global.journal, partition)));
    return {};
}

void TableLoader::dropJournals(const GlobalTable& global) {
    std::vector<GroupId> groups;
    for (const JournalPartition& partition : global.journal->partitions) {
        m_world.turn.dropGroup(partition.group);
        groups.push_back(partition.group);
    }
    m_tables.dropSpace(global.journal->space, "journal of a table", groups);
}

void TableLoader::skipUsedIds(const GlobalTable& stored) {
    m_tables.passSpace(KeySpaceId(static_cast<std::uint32_t>(stored.id)));
    if (!stored.journal) return;
    m_tables.passSpace(stored.journal->space);
    for (const JournalPartition& partition : stored.journal->partitions)
        m_tables.passGroup(partition.group);
}

// Whatever the counters say, no id is reused that exists or waits to be reclaimed.
storage::StorageResult<void> TableLoader::skipUsedIds(const std::vector<StoredTable>& stored) {
    if (m_world.plantedBug == PlantedBug::CountersEarly) return {};
    for (const StoredTable& one : stored) {
        m_tables.passSpace(one.table.space);
        for (const SecondaryIndex& index : one.table.indexes)
            m_tables.passSpace(index.space);
        for (const StoredPartition& partition : one.partitions)
            m_tables.passGroup(partition.group);
    }
    for (const SpaceReclaimer::Dropped& dropped : m_tables.dropped()) {
        m_tables.passSpace(dropped.space);
        for (const GroupId group : dropped.groups)
            m_tables.passGroup(group);
    }
    m_world.catalog.streams().forEach([&](const StreamPtr& stream) {
        m_tables.passSpace(stream->table);
        for (const StreamShard& shard : stream->shards)
            m_tables.passGroup(shard.group);
    });
    TRY_ASSIGN(const GroupId last, m_world.store.lastGroup());
    m_tables.passGroup(last);
    if (!m_tables.hasValidIds()) return std::unexpected(corruptCatalog("the id of a partition"));
    return {};
}

// Each id has one owner at most, and none while it waits to be reclaimed.
storage::StorageResult<void> TableLoader::checkOwners(const std::vector<StoredTable>& ledgers,
                                                      const std::vector<StoredTable>& tables,
                                                      const std::set<KeySpaceId>& lost) const {
    TableOwners owners(lost);
    const auto valueOf = [](std::string_view prefix, const StoredTable& one) {
        return std::string(prefix) + std::to_string(one.table.space.value());
    };
    for (const StoredTable& one : ledgers) {
        if (!owners.takeLedger(one))
            return std::unexpected(corruptCatalog(valueOf(kLedgerPrefix, one)));
    }
    for (const StoredTable& one : tables) {
        if (!owners.take(one)) return std::unexpected(corruptCatalog(valueOf(kTablePrefix, one)));
    }
    for (const SpaceReclaimer::Dropped& dropped : m_tables.dropped()) {
        if (owners.has(dropped.space))
            return std::unexpected(corruptCatalog("a key space to be erased"));
    }
    return {};
}

storage::StorageResult<void> TableLoader::resume(const TableDescription& table,
                                                 const std::set<KeySpaceId>& lost) {
    const bool indexChanges = std::ranges::any_of(table.indexes, [](const SecondaryIndex& index) {
        return index.status != TableStatus::Active;
    });
    if (table.status != TableStatus::Active || indexChanges || table.hasPendingChange())
        m_states.settleLater(table);
    m_indexes.sender.tableChanged(table);
    for (const SecondaryIndex& index : table.indexes) {
        if (index.backfilling && !lost.contains(index.space))
            TRY(m_indexes.backfill.resume(table, index.space));
    }
    return {};
}

// --- Folders of a version that gave the groups of an index to the next table or index as well

std::set<GroupId> TableLoader::groupsOf(const std::vector<StoredTable>& stored,
                                        const std::set<KeySpaceId>& spaces) {
    std::set<GroupId> groups;
    for (const StoredTable& one : stored) {
        for (const StoredPartition& partition : one.partitions) {
            if (spaces.contains(partition.space)) groups.insert(partition.group);
        }
    }
    return groups;
}

storage::StorageResult<void> TableLoader::rebuildIndex(const StoredTable& stored, KeySpaceId lost,
                                                       std::string_view why) {
    TRY(m_indexes.backfill.eraseSaved(lost));
    TableDescription table = *m_world.catalog.find(stored.table.space);
    const auto index = std::ranges::find(table.indexes, lost, &SecondaryIndex::space);
    std::vector<GroupId> groups;
    for (const StoredPartition& partition : stored.partitions) {
        if (partition.space != lost) continue;
        groups.push_back(partition.group);
        if (m_world.findGroup(partition.group) == nullptr) m_world.turn.dropGroup(partition.group);
    }
    m_indexes.forgetIndex(table.space, lost);
    m_tables.dropSpace(lost, "index " + index->name + " of table " + table.name, groups);
    index->space = m_tables.newSpace();
    m_notes.push_back("Index " + index->name + " of table " + table.name + " in " +
                      table.regionName + " " + std::string(why) + "; it is being rebuilt.");
    const bool isWanted =
        index->status != TableStatus::Deleting && table.status != TableStatus::Deleting;
    if (isWanted) {
        index->status = TableStatus::Creating;
        index->backfilling = true;
    }
    m_tables.addPartitions(table, GroupKind::Index, index->space,
                           initialPartitions(table.billing, index->throughput));
    m_tables.put(std::make_shared<const TableDescription>(table));
    m_tables.saveCounters();
    if (isWanted) m_indexes.backfill.begin(table, index->space);
    return {};
}

}  // namespace orrery::cluster
