#include <algorithm>
#include <cerrno>
#include <charconv>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/cluster/catalog/stored_version.h"
#include "core/cluster/tables/table_admin.h"
#include "core/cluster/tables/table_values.h"
#include "core/storage/storage_error.h"

// What a world loads when it is opened: key spaces, groups, tables, and the next ids.

namespace orrery::cluster {
namespace {

storage::StorageError damaged(std::string_view what) {
    return {"decode " + std::string(what), EPROTO, "log.mdb",
            "The catalog in log.mdb is corrupt (" + std::string(what) + "); " +
                std::string(storage::kRestoreOrRepair) + "."};
}

}  // namespace

storage::StorageResult<void> TableAdmin::reopenRegions() {
    TRY_ASSIGN(const auto regions, m_world.store.value(kRegionsValue));
    if (regions) {
        ByteReader in(*regions);
        if (takeVersionMark(in, *regions)) {
            if (auto refused = refusedVersion(in, kRegionsVersion, "The list of Regions"))
                return std::unexpected(*std::move(refused));
        }
        while (in.ok() && !in.atEnd() && m_world.regions.size() < kRegionsMax) {
            const std::string name(in.sized());
            if (name.empty() || m_world.findRegion(name) != nullptr)
                return std::unexpected(damaged(kRegionsValue));
            m_world.addRegion(name);
        }
        if (!in.ok() || !in.atEnd()) return std::unexpected(damaged(kRegionsValue));
    }
    TRY_ASSIGN(const auto next, m_world.store.value(kNextValue));
    if (next) {
        ByteReader in(*next);
        if (takeVersionMark(in, *next)) {
            if (auto refused = refusedVersion(in, kNextVersion, "The next free ids"))
                return std::unexpected(*std::move(refused));
        }
        const std::uint64_t space = in.varint();
        m_nextSpace = static_cast<std::uint32_t>(space);
        m_nextGroup = in.varint();
        const bool areIds = space > 0 && space <= UINT32_MAX && m_nextGroup > 0 &&
                            m_nextGroup <= kGroupIdMax.value();
        if (!in.ok() || !in.atEnd() || !areIds) return std::unexpected(damaged(kNextValue));
    }
    return {};
}

storage::StorageResult<void> TableAdmin::reopenTables() {
    TRY(m_reclaimer.reopen());
    TRY(reopenResets());
    TRY_ASSIGN(const std::vector<StoredTable> stored, this->stored(kTablePrefix));
    TRY_ASSIGN(const std::vector<StoredTable> ledgers, this->stored(kLedgerPrefix));
    TRY(skipUsedIds(stored));
    TRY(skipUsedIds(ledgers));
    const std::set<KeySpaceId> sharing = indexesSharingGroups(stored);
    const std::set<GroupId> shared = groupsOf(stored, sharing);
    TRY_ASSIGN(std::set<KeySpaceId> lost, takeIndexesToRebuild());
    lost.insert(sharing.begin(), sharing.end());
    TRY(checkOwners(ledgers, stored, lost));
    TRY(reopenLedgers(ledgers));
    for (const StoredTable& one : stored) {
        const auto table = std::make_shared<const TableDescription>(one.table);
        m_world.catalog.put(table);
        for (const StoredPartition& partition : one.partitions) {
            if (lost.contains(partition.space)) continue;
            Group& group =
                m_replicator.add(partition.group, table->region, table->space, partition.space,
                                 partition.begin, partition.end, partition.appointed);
            group.schema = schemaOf(*table, partition.group, partition.space);
            const bool isShared = shared.contains(partition.group);
            TRY(isShared ? m_replicator.reopenShared(group) : m_replicator.reopen(group));
        }
    }
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

// A repair names them.
storage::StorageResult<std::set<KeySpaceId>> TableAdmin::takeIndexesToRebuild() {
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

storage::StorageResult<void> TableAdmin::reopenLedgers(const std::vector<StoredTable>& ledgers) {
    for (const StoredTable& one : ledgers) {
        for (const StoredPartition& partition : one.partitions) {
            const TableDescription& ledger = one.table;
            Group& group =
                m_replicator.add(partition.group, ledger.region, ledger.space, partition.space,
                                 partition.begin, partition.end, partition.appointed);
            group.kind = GroupKind::Ledger;
            group.schema = schemaOf(ledger, partition.group, partition.space);
            m_world.region(ledger.region).ledger = partition.group;
            TRY(m_replicator.reopen(group));
        }
    }
    return {};
}

storage::StorageResult<std::vector<StoredTable>> TableAdmin::stored(std::string_view prefix) const {
    std::vector<StoredTable> stored;
    TRY_ASSIGN(const auto values, m_world.store.values(prefix));
    for (const auto& [name, bytes] : values) {
        auto one = decodeStoredTable(bytes);
        if (!one && isNewerStoredTable(bytes))
            return std::unexpected(newerValue("The description of a table (" + name + ")"));
        if (!one || !isNameOf(name, *one) || one->table.region.value() >= m_world.regions.size() ||
            one->table.regionName != m_world.region(one->table.region).name)
            return std::unexpected(damaged(name));
        stored.push_back(std::move(*one));
    }
    return stored;
}

// Whatever the counters say, no id is reused that exists or waits to be reclaimed.
storage::StorageResult<void> TableAdmin::skipUsedIds(const std::vector<StoredTable>& stored) {
    if (m_world.plantedBug == PlantedBug::CountersEarly) return {};
    const auto passSpace = [&](KeySpaceId space) {
        m_nextSpace = std::max(m_nextSpace, space.value() + 1);
    };
    const auto passGroup = [&](GroupId group) {
        m_nextGroup = std::max(m_nextGroup, group.value() + 1);
    };
    for (const StoredTable& one : stored) {
        passSpace(one.table.space);
        for (const SecondaryIndex& index : one.table.indexes)
            passSpace(index.space);
        for (const StoredPartition& partition : one.partitions)
            passGroup(partition.group);
    }
    for (const SpaceReclaimer::Dropped& dropped : m_reclaimer.dropped()) {
        passSpace(dropped.space);
        std::ranges::for_each(dropped.groups, passGroup);
    }
    m_world.catalog.streams().forEach([&](const StreamPtr& stream) {
        passSpace(stream->table);
        for (const StreamShard& shard : stream->shards)
            passGroup(shard.group);
    });
    TRY_ASSIGN(const GroupId last, m_world.store.lastGroup());
    passGroup(last);
    if (m_nextGroup > kGroupIdMax.value() + 1)
        return std::unexpected(damaged("the id of a partition"));
    return {};
}

// Nothing has two owners, and nothing that waits to be erased has one.
storage::StorageResult<void> TableAdmin::checkOwners(const std::vector<StoredTable>& ledgers,
                                                     const std::vector<StoredTable>& tables,
                                                     const std::set<KeySpaceId>& lost) const {
    TableOwners owners(lost);
    const auto valueOf = [](std::string_view prefix, const StoredTable& one) {
        return std::string(prefix) + std::to_string(one.table.space.value());
    };
    for (const StoredTable& one : ledgers) {
        if (!owners.takeLedger(one)) return std::unexpected(damaged(valueOf(kLedgerPrefix, one)));
    }
    for (const StoredTable& one : tables) {
        if (!owners.take(one)) return std::unexpected(damaged(valueOf(kTablePrefix, one)));
    }
    for (const SpaceReclaimer::Dropped& dropped : m_reclaimer.dropped()) {
        if (owners.has(dropped.space)) return std::unexpected(damaged("a key space to be erased"));
    }
    return {};
}

void TableAdmin::settleLater(const TableDescription& table) {
    const Instant at = m_world.now + m_world.profile.transientStates;
    m_settlesAt[table.space] = at;
    m_world.queue.add(at, TableSettles{table.space, at});
}

void TableAdmin::settleInTime(const TableDescription& table) {
    if (m_world.profile.transientStates == Duration::zero()) return settle(table);
    settleLater(table);
}

storage::StorageResult<void> TableAdmin::resume(const TableDescription& table,
                                                const std::set<KeySpaceId>& lost) {
    const bool indexChanges = std::ranges::any_of(table.indexes, [](const SecondaryIndex& index) {
        return index.status != TableStatus::Active;
    });
    if (table.status != TableStatus::Active || indexChanges || table.hasPendingChange())
        settleLater(table);
    m_indexes.sender.tableChanged(table);
    for (const SecondaryIndex& index : table.indexes) {
        if (index.backfilling && !lost.contains(index.space))
            TRY(m_indexes.backfill.resume(table, index.space));
    }
    return {};
}

// --- Folders of a version that gave the groups of an index to the next table or index as well

std::set<GroupId> TableAdmin::groupsOf(const std::vector<StoredTable>& stored,
                                       const std::set<KeySpaceId>& spaces) {
    std::set<GroupId> groups;
    for (const StoredTable& one : stored) {
        for (const StoredPartition& partition : one.partitions) {
            if (spaces.contains(partition.space)) groups.insert(partition.group);
        }
    }
    return groups;
}

storage::StorageResult<void> TableAdmin::rebuildIndex(const StoredTable& stored, KeySpaceId lost,
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
    dropSpace(lost, "index " + index->name + " of table " + table.name, groups);
    index->space = newSpace();
    m_notes.push_back("Index " + index->name + " of table " + table.name + " in " +
                      table.regionName + " " + std::string(why) + "; it is being rebuilt.");
    const bool isWanted =
        index->status != TableStatus::Deleting && table.status != TableStatus::Deleting;
    if (isWanted) {
        index->status = TableStatus::Creating;
        index->backfilling = true;
    }
    addPartitions(table, index->space, initialPartitions(table.billing, index->throughput));
    store(std::make_shared<const TableDescription>(table));
    saveCounters();
    if (isWanted) m_indexes.backfill.begin(table, index->space);
    return {};
}

}  // namespace orrery::cluster
