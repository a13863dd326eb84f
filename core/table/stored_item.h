#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/table/version_head.h"

namespace orrery::table {

/// The header before an item's attributes in a tree.
struct StoredHeader {
    Lsn lsn{};  ///< The record that wrote it; never 0.
    CalendarTime committedAt;
    CalendarTime stamp;  ///< The time of the write itself.
    std::string origin;  ///< The Region that wrote it. Empty: this one.
    /// As the service charges it; for an index entry, the size of the projected item.
    std::uint32_t itemBytes = 0;
    bool prepared = false;  ///< A transaction on it is in progress.
    /// For global tables: see LogRecord.
    std::optional<CalendarTime> version;
    VersionHeads heads;
    bool operator==(const StoredHeader&) const = default;
};

struct StoredItem {
    StoredHeader header;
    std::size_t attributesAt = 0;  ///< Where the encoded item begins.
};

/// Encodes header and attributes as one value, to be stored under `storageKey`.
SharedBytes encodeStored(std::string_view storageKey, const StoredHeader& header,
                         std::string_view attributes);

/// Decodes the value stored under `storageKey`. Returns nothing if the bytes are corrupt, belong to
/// another key, or are of a later version.
std::optional<StoredItem> decodeStored(std::string_view storageKey, std::string_view bytes);

/// True if `decodeStored` verifies these bytes by a checksum. Version 1 has none.
bool hasChecksum(std::string_view stored);

/// The contribution of an item or index entry to the checksum of its partition. It excludes the
/// header, so that the leader can compute it from the attributes alone.
std::uint64_t entryChecksum(std::string_view storageKey, std::string_view attributes);

}  // namespace orrery::table
