#include "core/storage/archive_rows.h"

#include <charconv>

namespace orrery::storage {
namespace {

constexpr std::uint8_t kVersion = 1;
// Of an order that names other volumes.
constexpr std::uint8_t kVersionWithOthers = 2;

struct Place {
    KeySpaceId table;
    GroupId group;
    Lsn first;
};

std::string placeName(KeySpaceId table, GroupId group, Lsn first) {
    return fixedHex(table.value(), 8) + "/" + fixedHex(group.value(), 16) + "/" +
           fixedHex(first.value(), 16);
}

// Takes a number of `width` digits from the front of `text`.
std::optional<std::uint64_t> takeHex(std::string_view& text, std::size_t width) {
    if (text.size() < width) return std::nullopt;
    std::uint64_t number = 0;
    const char* const end = text.data() + width;
    const auto parsed = std::from_chars(text.data(), end, number, 16);
    if (parsed.ec != std::errc() || parsed.ptr != end) return std::nullopt;
    text.remove_prefix(width);
    return number;
}

bool takeSlash(std::string_view& text) {
    if (!text.starts_with('/')) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<Place> parsePlace(std::string_view name, std::string_view prefix) {
    if (!name.starts_with(prefix)) return std::nullopt;
    name.remove_prefix(prefix.size());
    const auto table = takeHex(name, 8);
    if (!table || !takeSlash(name)) return std::nullopt;
    const auto group = takeHex(name, 16);
    if (!group || !takeSlash(name)) return std::nullopt;
    const auto first = takeHex(name, 16);
    if (!first || !name.empty()) return std::nullopt;
    return Place{KeySpaceId(static_cast<std::uint32_t>(*table)), GroupId(*group), Lsn(*first)};
}

}  // namespace

std::string fixedHex(std::uint64_t number, std::size_t width) {
    std::string digits(width, '0');
    for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, number >>= 4)
        *digit = "0123456789abcdef"[number & 0xf];
    return digits;
}

std::string orderName(KeySpaceId table, GroupId group, Lsn first) {
    return std::string(kOrderPrefix) + placeName(table, group, first);
}

std::string segmentName(KeySpaceId table, GroupId group, Lsn first) {
    return std::string(kSegmentPrefix) + placeName(table, group, first);
}

std::string encodeOrder(const ArchiveOrder& order) {
    std::string row;
    ByteWriter writer(row);
    writer.u8(order.others.empty() ? kVersion : kVersionWithOthers);
    writer.u16(order.volume.value());
    writer.u64(order.last.value());
    writer.u64(order.until);
    for (const VolumeId other : order.others)
        writer.u16(other.value());
    return row;
}

std::string encodeSegment(const ArchiveSegment& segment) {
    std::string row;
    ByteWriter writer(row);
    writer.u8(kVersion);
    writer.u64(segment.last.value());
    writer.u64(segment.until);
    writer.u64(segment.bytes);
    writer.u32(segment.checksum);
    return row;
}

std::optional<ArchiveOrder> decodeOrder(std::string_view name, std::string_view row) {
    const auto place = parsePlace(name, kOrderPrefix);
    ByteReader reader(row);
    const std::uint8_t version = reader.u8();
    if (!place || version < kVersion || version > kVersionWithOthers) return std::nullopt;
    ArchiveOrder order{place->table, place->group, VolumeId(reader.u16()), place->first, {}, 0};
    order.last = Lsn(reader.u64());
    order.until = reader.u64();
    while (version == kVersionWithOthers && reader.ok() && !reader.atEnd())
        order.others.emplace_back(reader.u16());
    if (!reader.ok() || !reader.atEnd() || order.last < order.first) return std::nullopt;
    return order;
}

std::optional<ArchiveSegment> decodeSegment(std::string_view name, std::string_view row) {
    const auto place = parsePlace(name, kSegmentPrefix);
    ByteReader reader(row);
    if (!place || reader.u8() != kVersion) return std::nullopt;
    ArchiveSegment segment{place->table, place->group, place->first, {}, 0, 0, 0};
    segment.last = Lsn(reader.u64());
    segment.until = reader.u64();
    segment.bytes = reader.u64();
    segment.checksum = reader.u32();
    if (!reader.ok() || !reader.atEnd() || segment.last < segment.first) return std::nullopt;
    return segment;
}

}  // namespace orrery::storage
