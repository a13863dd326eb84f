#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/types/api_error.h"
#include "core/types/attribute_value.h"

namespace orrery::types {

/// One attribute of a key: its name and its type, which is String, Number or Binary.
struct KeyAttribute {
    std::string name;
    AttributeType type = AttributeType::String;
    bool operator==(const KeyAttribute&) const = default;
};

/// The primary key of a table or the key of an index: HASH and, if there is one, RANGE. The key of
/// a global index has up to four attributes of each kind (GSI.html, "Multi-attribute keys").
struct KeySchema {
    KeyAttribute partition;
    std::optional<KeyAttribute> sort;
    // Of a global index: the attributes of each kind after the first.
    std::vector<KeyAttribute> morePartition = {};
    std::vector<KeyAttribute> moreSort = {};
    bool operator==(const KeySchema&) const = default;

    /// The HASH and RANGE attributes, in the order of the schema.
    std::vector<KeyAttribute> partitionAttributes() const;
    std::vector<KeyAttribute> sortAttributes() const;
    /// All of them, HASH first.
    std::vector<KeyAttribute> attributes() const;
    bool hasMore() const { return !morePartition.empty() || !moreSort.empty(); }
};

/// The values of a key under some KeySchema, already of the right types.
struct Key {
    AttributeValue partition;
    std::optional<AttributeValue> sort;
    std::vector<AttributeValue> morePartition = {};
    std::vector<AttributeValue> moreSort = {};
    bool operator==(const Key&) const = default;
};

inline constexpr std::size_t kIndexKeyAttributesMax = 4;  ///< Of each kind.

inline constexpr std::size_t kPartitionKeyBytesMax = 2048;
inline constexpr std::size_t kSortKeyBytesMax = 1024;
inline constexpr std::size_t kItemBytesMax = 400 * 1024;
/// Levels of a document (nestingLevels): the service accepts 31 nested maps around a string and
/// refuses 32.
inline constexpr int kNestingMax = 32;

/// The key of `item` under `schema`. Fails, with the service's text, if an attribute is missing, of
/// another type, empty or too long.
ApiResult<Key> keyOf(const Item& item, const KeySchema& schema);

/// The same for the `Key` member of a request, which must have exactly the key's attributes.
ApiResult<Key> keyFromRequest(const Item& key, const KeySchema& schema);

/// The key of `item` in an index, or nothing if the item has no entry there: an attribute is
/// missing, of another type, empty or too long. A write to a table that has the index is refused in
/// the last three cases (checkIndexKeys), but an index may be created after the items; such items
/// stay in the table only (developer guide, GSI.OnlineOps.ViolationDetection).
std::optional<Key> indexKeyOf(const Item& item, const KeySchema& schema);

/// Refuses an item for a table that has an index of this key schema and name, unless the key
/// attributes that are present have the index's types and are not empty.
ApiResult<void> checkIndexKeys(const Item& item, const KeySchema& schema,
                               std::string_view indexName);

/// Adds the key's attributes to `item`.
void addKey(Item& item, const KeySchema& schema, const Key& key);

}  // namespace orrery::types
