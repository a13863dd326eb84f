#include "core/table/stored_item.h"

#include "core/base/hash.h"

namespace orrery::table {
namespace {

//   stored := flags:uint8 lsn:varint committedAt:uint64 stamp:uint64? itemBytes:varint attributes
//
// The stamp is there only if it differs from the commit timestamp (flags & kStamp).

enum Flags : std::uint8_t { kStamp = 1, kPrepared = 2 };

CalendarTime calendarTime(std::uint64_t nanoseconds) {
    return CalendarTime(Duration(static_cast<std::int64_t>(nanoseconds)));
}

}  // namespace

SharedBytes encodeStored(const StoredHeader& header, std::string_view attributes) {
    std::string bytes;
    bytes.reserve(32 + attributes.size());
    ByteWriter out(bytes);
    const bool ownStamp = header.stamp != header.committedAt;
    out.u8(static_cast<std::uint8_t>((ownStamp ? kStamp : 0) | (header.prepared ? kPrepared : 0)));
    out.varint(header.lsn.value());
    out.u64(static_cast<std::uint64_t>(header.committedAt.sinceEpoch().count()));
    if (ownStamp) out.u64(static_cast<std::uint64_t>(header.stamp.sinceEpoch().count()));
    out.varint(header.itemBytes);
    out.raw(attributes);
    return share(std::move(bytes));
}

std::optional<StoredItem> decodeStored(std::string_view bytes) {
    ByteReader in(bytes);
    StoredItem stored;
    const std::uint8_t flags = in.u8();
    stored.header.prepared = (flags & kPrepared) != 0;
    stored.header.lsn = Lsn(in.varint());
    stored.header.committedAt = calendarTime(in.u64());
    stored.header.stamp =
        (flags & kStamp) != 0 ? calendarTime(in.u64()) : stored.header.committedAt;
    stored.header.itemBytes = static_cast<std::uint32_t>(in.varint());
    if (!in.ok()) return std::nullopt;
    stored.attributesAt = bytes.size() - in.rest().size();
    return stored;
}

std::uint64_t entryChecksum(std::string_view storageKey, std::string_view attributes) {
    Hash64 hash;
    hash.add(storageKey);
    hash.add(attributes);
    return hash.value();
}

}  // namespace orrery::table
