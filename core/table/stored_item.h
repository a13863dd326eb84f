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
    Lsn lsn{};  ///< The record that wrote it.
    CalendarTime committedAt;
    CalendarTime stamp;  ///< The write's own time.
    std::uint32_t itemBytes =
        0;                  ///< As the service charges it; for an index entry, what it projects.
    bool prepared = false;  ///< A transaction is under way on it.
    bool operator==(const StoredHeader&) const = default;
};

struct StoredItem {
    StoredHeader header;
    std::size_t attributesAt = 0;  ///< Where the encoded item begins.
};

/// Header and attributes as one value for a tree.
SharedBytes encodeStored(const StoredHeader& header, std::string_view attributes);

/// Nothing if the bytes are damaged.
std::optional<StoredItem> decodeStored(std::string_view bytes);

/// What an item or index entry adds to the checksum of its partition. The header is left out, so
/// that whoever has the attributes can tell.
std::uint64_t entryChecksum(std::string_view storageKey, std::string_view attributes);

}  // namespace orrery::table
