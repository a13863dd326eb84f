#include "core/table/stored_item.h"

#include "core/base/crc32c.h"
#include "core/base/hash.h"

namespace orrery::table {
namespace {

//   stored := flags:uint8 crc32c:uint32? rest    // the CRC if the high nibble of flags is 15
//   rest   := lsn:varint committedAt:uint64
//             stamp:uint64?     // flags & kStamp
//             origin:sized?     // flags & kOrigin
//             (version:uint64 heads)?    // flags & kVersion, see version_head.h
//             itemBytes:varint attributes
//
// The stamp is present only if it differs from the commit timestamp. The CRC covers the storage
// key, the flags and the rest. Version 1 has no CRC, no origin, and 0 in the high nibble. The two
// versions differ in four bits, so a single flipped bit cannot turn one into the other.

enum Flags : std::uint8_t { kStamp = 1, kPrepared = 2, kOrigin = 4, kVersion = 8 };
constexpr std::uint8_t kVersionBits = 0xf0;
constexpr std::uint8_t kFlagsOfVersion1 = kStamp | kPrepared;
constexpr std::uint8_t kFlagsOfVersion2 = kStamp | kPrepared | kOrigin | kVersion;

constexpr std::size_t kCrcAt = 1;
constexpr std::size_t kCrcBytes = 4;

std::uint32_t checksumOf(std::string_view storageKey, std::string_view stored) {
    const std::uint32_t ofKey = crc32c(storageKey);
    return crc32c(stored.substr(kCrcAt + kCrcBytes), crc32c(stored.substr(0, kCrcAt), ofKey));
}

std::uint64_t nanoseconds(CalendarTime time) {
    return static_cast<std::uint64_t>(time.sinceEpoch().count());
}

CalendarTime calendarTime(std::uint64_t nanoseconds) {
    return CalendarTime(Duration(static_cast<std::int64_t>(nanoseconds)));
}

/// True if the part before `rest` is sound: a known version, known flags, and a correct CRC if
/// there is one.
bool readFront(std::string_view storageKey, std::string_view bytes, ByteReader& in,
               std::uint8_t& flags) {
    flags = in.u8();
    if (!hasChecksum(bytes)) return in.ok() && (flags & ~kFlagsOfVersion1) == 0;
    flags &= static_cast<std::uint8_t>(~kVersionBits);
    const std::uint32_t crc = in.u32();
    return in.ok() && (flags & ~kFlagsOfVersion2) == 0 && crc == checksumOf(storageKey, bytes);
}

}  // namespace

SharedBytes encodeStored(std::string_view storageKey, const StoredHeader& header,
                         std::string_view attributes) {
    std::string bytes;
    bytes.reserve(40 + header.origin.size() + attributes.size());
    ByteWriter out(bytes);
    unsigned flags = kVersionBits;
    if (header.stamp != header.committedAt) flags |= kStamp;
    if (header.prepared) flags |= kPrepared;
    if (!header.origin.empty()) flags |= kOrigin;
    if (header.version) flags |= kVersion;
    out.u8(static_cast<std::uint8_t>(flags));
    out.u32(0);
    out.varint(header.lsn.value());
    out.u64(nanoseconds(header.committedAt));
    if (flags & kStamp) out.u64(nanoseconds(header.stamp));
    if (flags & kOrigin) out.sized(header.origin);
    if (header.version) {
        out.u64(nanoseconds(*header.version));
        writeHeads(out, header.heads);
    }
    out.varint(header.itemBytes);
    out.raw(attributes);
    std::string crc;
    ByteWriter(crc).u32(checksumOf(storageKey, bytes));
    bytes.replace(kCrcAt, kCrcBytes, crc);
    return share(std::move(bytes));
}

std::optional<StoredItem> decodeStored(std::string_view storageKey, std::string_view bytes) {
    ByteReader in(bytes);
    StoredItem stored;
    std::uint8_t flags = 0;
    if (!readFront(storageKey, bytes, in, flags)) return std::nullopt;
    StoredHeader& header = stored.header;
    header.prepared = (flags & kPrepared) != 0;
    header.lsn = Lsn(in.varint());
    header.committedAt = calendarTime(in.u64());
    header.stamp = (flags & kStamp) != 0 ? calendarTime(in.u64()) : header.committedAt;
    if (flags & kOrigin) header.origin = in.sized();
    if (flags & kVersion) {
        header.version = calendarTime(in.u64());
        header.heads = readHeads(in);
    }
    header.itemBytes = static_cast<std::uint32_t>(in.varint());
    // A page of zeros would read as an empty item of version 1.
    if (!in.ok() || header.lsn == Lsn{}) return std::nullopt;
    stored.attributesAt = bytes.size() - in.rest().size();
    return stored;
}

bool hasChecksum(std::string_view stored) {
    return !stored.empty() &&
           (static_cast<std::uint8_t>(stored.front()) & kVersionBits) == kVersionBits;
}

std::uint64_t entryChecksum(std::string_view storageKey, std::string_view attributes) {
    Hash64 hash;
    hash.add(storageKey);
    hash.add(attributes);
    return hash.value();
}

}  // namespace orrery::table
