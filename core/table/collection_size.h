#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/table/log_record.h"
#include "core/table/stored_item.h"

namespace orrery::table {

// For tables with a local index, the group stores the size of each item collection (all items of
// one partition key, entries of local indexes included) under a private key. Records carry the
// size, so apply only stores it. An empty collection has no such key.

/// The key under which `group` stores the size of the collection of the item or entry at
/// `storageKey`.
std::string collectionSizeKey(GroupId group, std::string_view storageKey);

/// Null if the size is 0, so that the key is erased.
SharedBytes encodeCollectionSize(std::string_view sizeKey, const StoredHeader& header,
                                 std::uint64_t bytes);
/// 0 for null bytes; nothing if they are corrupt.
std::optional<std::uint64_t> decodeCollectionSize(std::string_view sizeKey,
                                                  const SharedBytes& stored);

/// What the size contributes to the checksum of the group; 0 for size 0.
std::uint64_t collectionSizeChecksum(std::string_view sizeKey, std::uint64_t bytes);

}  // namespace orrery::table
