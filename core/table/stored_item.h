#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/time.h"

namespace orrery::table {

/// What stands before an item's attributes in a tree.
struct StoredHeader {
    Lsn lsn{};  ///< The record that wrote it; never 0.
    CalendarTime committedAt;
    CalendarTime stamp;  ///< The write's own time.
    std::string origin;  ///< The Region that wrote it. Empty: this one.
    /// As the service charges it; for an index entry, what it projects.
    std::uint32_t itemBytes = 0;
    bool prepared = false;  ///< A transaction is under way on it.
    bool operator==(const StoredHeader&) const = default;
};

struct StoredItem {
    StoredHeader header;
    std::size_t attributesAt = 0;  ///< Where the encoded item begins.
};

/// Header and attributes as one value for a tree, to be stored under `storageKey`.
SharedBytes encodeStored(std::string_view storageKey, const StoredHeader& header,
                         std::string_view attributes);

/// Reads what is stored under `storageKey`. Nothing if the bytes are damaged, belong to another
/// key, or are of a later version.
std::optional<StoredItem> decodeStored(std::string_view storageKey, std::string_view bytes);

/// Whether `decodeStored` verifies these bytes by a checksum: not those of version 1.
bool hasChecksum(std::string_view stored);

/// What an item or index entry adds to the checksum of its partition. The header is left out, so
/// that the leader can compute it from the attributes alone.
std::uint64_t entryChecksum(std::string_view storageKey, std::string_view attributes);

}  // namespace orrery::table
