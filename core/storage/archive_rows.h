#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/storage/archive.h"

namespace orrery::storage {

// The archive's rows in the log environment, as named values. Integers are big-endian. The numbers
// in a name are hexadecimal and of fixed width, so that names sort as (table, group, first).
//
//   "archive/order/"   place   order     a segment not yet written
//   "archive/segment/" place   segment   a segment that is written and synced
//
//   place   := table:8 "/" group:16 "/" first:16
//   order   := version:uint8 volume:uint16 last:uint64 until:uint64 other*
//   other   := volume:uint16         version 1 has none
//   segment := version:uint8 last:uint64 until:uint64 bytes:uint64 checksum:uint32

inline constexpr std::string_view kOrderPrefix = "archive/order/";
inline constexpr std::string_view kSegmentPrefix = "archive/segment/";

/// A number as `width` hexadecimal digits.
std::string fixedHex(std::uint64_t number, std::size_t width);

std::string orderName(KeySpaceId table, GroupId group, Lsn first);
std::string segmentName(KeySpaceId table, GroupId group, Lsn first);

std::string encodeOrder(const ArchiveOrder& order);
std::string encodeSegment(const ArchiveSegment& segment);

/// Nothing if the functions above cannot have made the row.
std::optional<ArchiveOrder> decodeOrder(std::string_view name, std::string_view row);
std::optional<ArchiveSegment> decodeSegment(std::string_view name, std::string_view row);

}  // namespace orrery::storage
