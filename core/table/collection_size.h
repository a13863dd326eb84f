#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/table/log_record.h"
#include "core/table/stored_item.h"

namespace orrery::table {

// The size of an item collection (all items of one partition key, entries of local indexes
// included) is kept under a private key of the group, for tables with a local index. Records carry
// it, so apply only writes it down. A collection that is empty has no such key.

/// Where `group` keeps the size of the collection to which an item or entry at `storageKey`
/// belongs.
std::string collectionSizeKey(GroupId group, std::string_view storageKey);

/// Null if the size is 0: the key goes away.
SharedBytes encodeCollectionSize(std::string_view sizeKey, const StoredHeader& header,
                                 std::uint64_t bytes);
/// 0 from null bytes; nothing if they are damaged.
std::optional<std::uint64_t> decodeCollectionSize(std::string_view sizeKey,
                                                  const SharedBytes& stored);

/// What the size adds to the checksum of the group; 0 if it is 0.
std::uint64_t collectionSizeChecksum(std::string_view sizeKey, std::uint64_t bytes);

}  // namespace orrery::table
