#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cluster/catalog/table_description.h"

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

/// Reads the value "table/<id>" (table_values.h); nothing if it is damaged.
std::optional<StoredTable> decodeStoredTable(std::string_view bytes);

}  // namespace orrery::cluster
