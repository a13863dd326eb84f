#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "core/cluster/catalog/global_table.h"
#include "core/cluster/catalog/table_description.h"
#include "core/storage/store.h"

namespace orrery::cluster {

/// A partition of a table, or of one of its global indexes, as the store keeps it.
struct StoredPartition {
    GroupId group{};
    KeySpaceId space{};
    // Without the key space.
    std::string begin;
    std::string end;
    ZoneIndex appointed{};  ///< The zone that is to lead it.
};

/// A table as the store keeps it.
struct StoredTable {
    TableDescription table;
    std::vector<StoredPartition> partitions;
};

/// The indexes of which another table or index has a group too: an earlier version gave the groups
/// of an index to the next table or index as well.
std::set<KeySpaceId> indexesSharingGroups(const std::vector<StoredTable>& stored);

/// Reads the value "table/<id>" (table_values.h). Nothing if it is corrupt: the result has all
/// partitions of the table and of each of its global indexes, in order and without gaps.
std::optional<StoredTable> decodeStoredTable(std::string_view bytes);

/// True if a later version wrote that value.
bool isNewerStoredTable(std::string_view bytes);
/// The same for a value "global/<id>", which decodeGlobalTable has refused.
bool isNewerGlobalTable(std::string_view bytes);

/// Tracks which names, key spaces and partitions are owned, each by one table, and the one ledger
/// of a Region.
class TableOwners {
public:
    /// `lost` are spaces whose partitions are of no use any more, so that others may have them.
    explicit TableOwners(std::set<KeySpaceId> lost = {}) : m_lost(std::move(lost)) {}

    /// Returns false, and takes nothing, if an earlier table owns any of it.
    bool take(const StoredTable& stored);
    bool takeLedger(const StoredTable& stored);
    bool has(KeySpaceId space) const { return m_spaces.contains(space); }

private:
    std::set<KeySpaceId> m_lost;
    std::set<KeySpaceId> m_spaces;
    std::set<GroupId> m_groups;
    std::set<std::tuple<std::string, std::string, std::string>> m_names;
    std::set<RegionId> m_regionsWithLedger;
};

/// The error for a catalog whose bytes this program cannot have written; `what` names the part.
storage::StorageError corruptCatalog(std::string_view what);

/// True if `name` is that of the value for this table: it ends with the id of its key space.
bool isNameOf(std::string_view name, const StoredTable& stored);
/// The same for a global table, whose id is not that of a key space, but taken from them.
bool isNameOf(std::string_view name, const GlobalTable& stored);

}  // namespace orrery::cluster
