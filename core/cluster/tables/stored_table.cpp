#include "core/cluster/tables/stored_table.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "core/base/bytes.h"
#include "core/cluster/catalog/stored_version.h"
#include "core/cluster/catalog/table_codec.h"
#include "core/cluster/tables/table_values.h"
#include "core/storage/storage_error.h"

namespace orrery::cluster {
namespace {

/// The key spaces that have partitions: the table's and those of its global indexes. Nothing if any
/// space of the table is missing or given twice.
std::optional<std::set<KeySpaceId>> spacesOf(const TableDescription& table) {
    std::set<KeySpaceId> all = {table.space};
    std::set<KeySpaceId> partitioned = {table.space};
    for (const SecondaryIndex& index : table.indexes) {
        if (!all.insert(index.space).second) return std::nullopt;
        if (index.isGlobal()) partitioned.insert(index.space);
    }
    if (all.contains(KeySpaceId())) return std::nullopt;
    return partitioned;
}

/// True if the partitions of one space, in order, have all of its keys.
bool coverSpace(const std::vector<const StoredPartition*>& partitions) {
    std::string next;
    for (const StoredPartition* partition : partitions) {
        const bool isFirst = partition == partitions.front();
        if (partition->begin != next || (partition->begin.empty() && !isFirst)) return false;
        next = partition->end;
        if (!next.empty() && next <= partition->begin) return false;
    }
    return next.empty();
}

bool isWhole(const StoredTable& stored) {
    const auto spaces = spacesOf(stored.table);
    if (!spaces) return false;
    std::map<KeySpaceId, std::vector<const StoredPartition*>> bySpace;
    for (const StoredPartition& partition : stored.partitions) {
        if (partition.group == GroupId() || partition.group > kGroupIdMax) return false;
        if (partition.appointed.value() >= kZonesPerRegion) return false;
        if (!spaces->contains(partition.space)) return false;
        bySpace[partition.space].push_back(&partition);
    }
    if (bySpace.size() != spaces->size()) return false;
    return std::ranges::all_of(bySpace, [](auto& space) {
        std::ranges::sort(space.second, {}, &StoredPartition::begin);
        return coverSpace(space.second);
    });
}

}  // namespace

// Every item is in its table, so the indexes can be filled again; a table keeps the groups.
std::set<KeySpaceId> indexesSharingGroups(const std::vector<StoredTable>& stored) {
    std::map<GroupId, std::set<KeySpaceId>> owners;
    std::set<KeySpaceId> tables;
    for (const StoredTable& one : stored) {
        tables.insert(one.table.space);
        for (const StoredPartition& partition : one.partitions)
            owners[partition.group].insert(partition.space);
    }
    std::set<KeySpaceId> lost;
    for (const auto& [group, spaces] : owners) {
        if (spaces.size() < 2) continue;
        std::ranges::copy_if(spaces, std::inserter(lost, lost.end()),
                             [&](KeySpaceId space) { return !tables.contains(space); });
    }
    return lost;
}

std::optional<StoredTable> decodeStoredTable(std::string_view bytes) {
    ByteReader in(bytes);
    auto table = decodeTable(in.sized());
    if (!table) return std::nullopt;
    StoredTable stored{std::move(*table), {}};
    for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left) {
        StoredPartition partition;
        partition.group = GroupId(in.varint());
        partition.space = KeySpaceId(static_cast<std::uint32_t>(in.varint()));
        partition.begin = in.sized();
        partition.end = in.sized();
        partition.appointed = ZoneIndex(in.u8());
        stored.partitions.push_back(std::move(partition));
    }
    if (!in.ok() || !in.atEnd() || !isWhole(stored)) return std::nullopt;
    return stored;
}

bool isNewerStoredTable(std::string_view bytes) {
    return isNewerTable(ByteReader(bytes).sized());
}

bool TableOwners::take(const StoredTable& stored) {
    const TableDescription& table = stored.table;
    std::set<KeySpaceId> spaces = {table.space};
    for (const SecondaryIndex& index : table.indexes)
        spaces.insert(index.space);
    std::set<GroupId> groups;
    bool isFree = true;
    for (const StoredPartition& partition : stored.partitions) {
        if (m_lost.contains(partition.space)) continue;
        isFree = isFree && groups.insert(partition.group).second;
    }
    const auto isTaken = [](const auto& ones, const auto& all) {
        return std::ranges::any_of(ones, [&](const auto& one) { return all.contains(one); });
    };
    const std::tuple name(table.accountId, table.regionName, table.name);
    if (!isFree || isTaken(spaces, m_spaces) || isTaken(groups, m_groups) || m_names.contains(name))
        return false;
    m_spaces.merge(spaces);
    m_groups.merge(groups);
    m_names.insert(name);
    return true;
}

bool TableOwners::takeLedger(const StoredTable& stored) {
    const bool isRight = stored.partitions.size() == 1 && stored.table.indexes.empty() &&
                         !m_regionsWithLedger.contains(stored.table.region);
    if (!isRight || !take(stored)) return false;
    m_regionsWithLedger.insert(stored.table.region);
    return true;
}

storage::StorageError corruptCatalog(std::string_view what) {
    return {"decode " + std::string(what), EPROTO, "log.mdb",
            "The catalog in log.mdb is corrupt (" + std::string(what) + "); " +
                std::string(storage::kRestoreOrRepair) + "."};
}

bool isNameOf(std::string_view name, const StoredTable& stored) {
    const std::string id = "/" + std::to_string(stored.table.space.value());
    return name.ends_with(id) && name.find('/') + id.size() == name.size();
}

bool isNameOf(std::string_view name, const GlobalTable& stored) {
    return stored.id < UINT32_MAX && name == std::string(kGlobalPrefix) + std::to_string(stored.id);
}

bool isNewerGlobalTable(std::string_view bytes) {
    return !bytes.empty() && static_cast<std::uint8_t>(bytes.front()) > kGlobalTableVersion;
}

}  // namespace orrery::cluster
