#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/types/key_schema.h"

namespace orrery::table {

enum class ProjectionKind : std::uint8_t { All, KeysOnly, Include };

struct IndexProjection {
    ProjectionKind kind = ProjectionKind::All;
    std::vector<std::string> attributes;  ///< For Include, as given.
    bool operator==(const IndexProjection&) const = default;
};

/// What is needed to derive an item's entry in a secondary index.
struct IndexDefinition {
    KeySpaceId space{};  ///< Where the entries are stored.
    types::KeySchema keys;
    IndexProjection projection;
};

/// What an index stores for an item.
struct IndexEntry {
    std::string key;         ///< Storage key.
    std::string attributes;  ///< The projected attributes, encoded.
    std::uint32_t itemBytes = 0;
    bool operator==(const IndexEntry&) const = default;
};

/// The entry of `item`, or nothing if an attribute of the index key is missing.
std::optional<IndexEntry> indexEntryOf(const types::Item& item, const IndexDefinition& index,
                                       const types::KeySchema& tableKeys);

/// The same for the encoded attributes in a log record or tree; nothing if there is no image.
std::optional<IndexEntry> indexEntryOf(std::optional<std::string_view> image,
                                       const IndexDefinition& index,
                                       const types::KeySchema& tableKeys);

}  // namespace orrery::table
