#include "core/table/log_record.h"

#include "core/base/bytes.h"
#include "core/base/hash.h"

namespace orrery::table {
namespace {

//   record      := version:uint8(1) kind:uint8 cause:uint8 flags:uint8 body crc32:uint32
//   body        := keySpace:uint32 committedAt:uint64 key:sized
//                  stamp:uint64?          // flags & kStamp
//                  originRegion:sized?    // flags & kOrigin
//                  transactionId:sized?   // flags & kTransaction
//                  (itemBytes:varint checksum:uint64)?  // flags & kOldItem
//                  (itemBytes:varint image:sized)?      // flags & kNewImage
//                  image:sized?                         // flags & kOldImage
//                  (group:varint lsn:varint)?           // flags & kSource
//
// Times are nanoseconds since 1970. The CRC covers all that precedes it.

constexpr std::uint8_t kVersion = 1;

enum Flags : std::uint8_t {
    kStamp = 1,
    kOrigin = 2,
    kTransaction = 4,
    kOldItem = 8,
    kNewImage = 16,
    kOldImage = 32,
    kSource = 64,
};

std::uint8_t flagsOf(const LogRecord& record) {
    unsigned flags = 0;
    if (record.stamp) flags |= kStamp;
    if (!record.originRegion.empty()) flags |= kOrigin;
    if (!record.transactionId.empty()) flags |= kTransaction;
    if (record.oldItem) flags |= kOldItem;
    if (record.newImage) flags |= kNewImage;
    if (record.oldImage) flags |= kOldImage;
    if (record.source) flags |= kSource;
    return static_cast<std::uint8_t>(flags);
}

std::uint64_t nanoseconds(CalendarTime time) {
    return static_cast<std::uint64_t>(time.sinceEpoch().count());
}

CalendarTime calendarTime(std::uint64_t nanoseconds) {
    return CalendarTime(Duration(static_cast<std::int64_t>(nanoseconds)));
}

void readBody(ByteReader& in, std::uint8_t flags, LogRecord& record) {
    record.space = KeySpaceId(in.u32());
    record.committedAt = calendarTime(in.u64());
    record.key = in.sized();
    if (flags & kStamp) record.stamp = calendarTime(in.u64());
    if (flags & kOrigin) record.originRegion = in.sized();
    if (flags & kTransaction) record.transactionId = in.sized();
    if (flags & kOldItem) {
        OldItem old;
        old.itemBytes = static_cast<std::uint32_t>(in.varint());
        old.checksum = in.u64();
        record.oldItem = old;
    }
    if (flags & kNewImage) {
        record.newItemBytes = static_cast<std::uint32_t>(in.varint());
        record.newImage.emplace(in.sized());
    }
    if (flags & kOldImage) record.oldImage.emplace(in.sized());
    if (flags & kSource) {
        RecordSource source;
        source.group = GroupId(in.varint());
        source.lsn = Lsn(in.varint());
        record.source = source;
    }
}

}  // namespace

std::string encodeRecord(const LogRecord& record) {
    std::string bytes;
    bytes.reserve(96 + record.key.size() + (record.newImage ? record.newImage->size() : 0) +
                  (record.oldImage ? record.oldImage->size() : 0));
    ByteWriter out(bytes);
    out.u8(kVersion);
    out.u8(static_cast<std::uint8_t>(record.kind));
    out.u8(static_cast<std::uint8_t>(record.cause));
    out.u8(flagsOf(record));
    out.u32(record.space.value());
    out.u64(nanoseconds(record.committedAt));
    out.sized(record.key);
    if (record.stamp) out.u64(nanoseconds(*record.stamp));
    if (!record.originRegion.empty()) out.sized(record.originRegion);
    if (!record.transactionId.empty()) out.sized(record.transactionId);
    if (record.oldItem) {
        out.varint(record.oldItem->itemBytes);
        out.u64(record.oldItem->checksum);
    }
    if (record.newImage) {
        out.varint(record.newItemBytes);
        out.sized(*record.newImage);
    }
    if (record.oldImage) out.sized(*record.oldImage);
    if (record.source) {
        out.varint(record.source->group.value());
        out.varint(record.source->lsn.value());
    }
    out.u32(crc32(bytes));
    return bytes;
}

std::optional<LogRecord> decodeRecord(std::string_view bytes) {
    constexpr std::size_t kCrcBytes = 4;
    if (bytes.size() < kCrcBytes) return std::nullopt;
    const std::string_view covered = bytes.substr(0, bytes.size() - kCrcBytes);
    if (ByteReader(bytes.substr(covered.size())).u32() != crc32(covered)) return std::nullopt;

    ByteReader in(covered);
    if (in.u8() != kVersion) return std::nullopt;
    LogRecord record;
    const std::uint8_t kind = in.u8();
    const std::uint8_t cause = in.u8();
    const std::uint8_t flags = in.u8();
    if (kind > static_cast<std::uint8_t>(RecordKind::IndexDelete)) return std::nullopt;
    if (cause > static_cast<std::uint8_t>(Cause::Restore)) return std::nullopt;
    record.kind = static_cast<RecordKind>(kind);
    record.cause = static_cast<Cause>(cause);
    readBody(in, flags, record);
    if (!in.ok() || !in.atEnd()) return std::nullopt;
    return record;
}

}  // namespace orrery::table
