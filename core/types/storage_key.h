#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/types/key_schema.h"

namespace orrery::types {

// The key under which an item or an index entry is stored. Bytes compare as the service orders:
// by key space, then by hash of the partition key, then by sort key.
//
//   storageKey := keySpace:uint32 hash sortKey* entryKey?
//   hash       := MD5(partition key):16 SHA-256(partition key):first 16
//                 // of several HASH attributes: of all their values, each encoded as a sortKey
//   sortKey    := see core/types/storage_key.cpp
//   entryKey   := for an index: the base item's hash and sort key, so that entries are unique
//
// The MD5 gives the service's order. The second digest separates partition keys whose MD5s collide,
// and makes the key a function of the item's key alone.

inline constexpr std::size_t kKeySpaceBytes = 4;
inline constexpr std::size_t kHashBytes = 32;

/// `keySpace hash`: the start of the item collection of `partitionKey`.
std::string collectionPrefix(KeySpaceId space, const AttributeValue& partitionKey);
/// The same for a key of several HASH attributes; `more` has the values after the first.
std::string collectionPrefix(KeySpaceId space, const AttributeValue& partitionKey,
                             std::span<const AttributeValue> more);

/// The storage key of an item.
std::string storageKey(KeySpaceId space, const Key& key);

/// The storage key of the index entry of base item `baseKey`.
std::string indexEntryKey(KeySpaceId space, const Key& indexKey, const Key& baseKey);

/// Appends a sort key so that bytes compare as values do. Also used for the bounds of a Query: with
/// `at` as the collection's prefix plus the sort key, [at, prefixEnd(at)) holds everything that
/// equals it, including index entries, since no sort key is a prefix of another.
void appendSortKey(std::string& out, const AttributeValue& value);

/// Appends the bytes of `prefix` as the beginning of an S or B sort key: the lower bound of
/// begins_with.
void appendSortKeyPrefix(std::string& out, const AttributeValue& prefix);

/// The least key greater than every key that begins with `prefix`; empty if there is none.
std::string prefixEnd(std::string_view prefix);

/// The first key of the key space and the end of it (exclusive).
std::string keySpaceBegin(KeySpaceId space);
std::string keySpaceEnd(KeySpaceId space);

/// A key at `position` of `count` equal parts of the hash space: the start of an initial partition,
/// of a scan segment or of a look by fraction. Position 0 is keySpaceBegin, position `count` is
/// keySpaceEnd.
std::string keyAtFraction(KeySpaceId space, std::uint64_t position, std::uint64_t count);

/// The position of `key` in the hash space of its key space, in [0, 2^32).
std::uint32_t hashPosition(std::string_view key);

}  // namespace orrery::types
