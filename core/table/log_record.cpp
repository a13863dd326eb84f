#include "core/table/log_record.h"

#include "core/base/bytes.h"
#include "core/base/crc32c.h"
#include "core/base/hash.h"

namespace orrery::table {
namespace {

//   record  := version:uint8(2) kind:uint8 cause:uint8 flags:varint body crc32c:uint32
//   record1 := version:uint8(1) kind:uint8 cause:uint8 flags:uint8 body crc32:uint32
//   body    := keySpace:uint32 committedAt:uint64 key:sized
//              stamp:uint64?                           // flags & kStamp
//              originRegion:sized?                     // flags & kOrigin
//              transactionId:sized?                    // flags & kTransaction
//              (itemBytes:varint checksum:uint64)?     // flags & kOldItem
//              (itemBytes:varint image:sized)?         // flags & kNewImage
//              image:sized?                            // flags & kOldImage
//              (group:varint lsn:varint)?              // flags & kSource
//              (stamp:uint64 originRegion:sized)?      // flags & kBase
//              action:uint8?                           // flags & kAction
//              ledger:varint?                          // flags & kLedger
//              collectionBytes:varint?                 // flags & kCollection
//              oldExpiry:varint?                       // flags & kOldExpiry
//              newExpiry:varint?                       // flags & kNewExpiry
//              version:uint64?                         // flags & kVersion
//              heads?                                  // flags & kHeads, see version_head.h
//              originCommittedAt:uint64?               // flags & kOriginCommittedAt
//              (after:uint64 last:uint64 lastNumber:varint count:varint
//               version:uint64 origin:sized)?          // flags & kLost
//
// kFirstCollection says that no size was stored before collectionBytes, kTombstone that a tombstone
// is stored for the key. Version 1 has the flags up to kSource. Times are nanoseconds since 1970.
// The CRC covers everything before it.

constexpr std::uint8_t kVersion1 = 1;
constexpr std::uint8_t kVersion2 = 2;
constexpr std::size_t kCrcBytes = 4;

enum Flags : std::uint32_t {
    kStamp = 1 << 0,
    kOrigin = 1 << 1,
    kTransaction = 1 << 2,
    kOldItem = 1 << 3,
    kNewImage = 1 << 4,
    kOldImage = 1 << 5,
    kSource = 1 << 6,
    kBase = 1 << 7,
    kAction = 1 << 8,
    kLedger = 1 << 9,
    kCollection = 1 << 10,
    kFirstCollection = 1 << 11,
    kOldExpiry = 1 << 12,
    kNewExpiry = 1 << 13,
    kVersion = 1 << 14,
    kHeads = 1 << 15,
    kTombstone = 1 << 16,
    kOriginCommittedAt = 1 << 17,
    kLost = 1 << 18,
};
constexpr std::uint64_t kFlagsOfVersion1 = 2 * kSource - 1;
constexpr std::uint64_t kFlagsOfVersion2 = 2 * kLost - 1;

std::uint32_t flagsOf(const LogRecord& record) {
    std::uint32_t flags = 0;
    if (record.stamp) flags |= kStamp;
    if (!record.originRegion.empty()) flags |= kOrigin;
    if (!record.transactionId.empty()) flags |= kTransaction;
    if (record.oldItem) flags |= kOldItem;
    if (record.newImage) flags |= kNewImage;
    if (record.oldImage) flags |= kOldImage;
    if (record.source) flags |= kSource;
    if (record.base) flags |= kBase;
    if (record.action) flags |= kAction;
    if (record.ledger != GroupId{}) flags |= kLedger;
    if (record.collection) flags |= kCollection;
    if (record.collection && record.collection->isFirst) flags |= kFirstCollection;
    if (record.oldExpiry) flags |= kOldExpiry;
    if (record.newExpiry) flags |= kNewExpiry;
    if (record.version) flags |= kVersion;
    if (!record.heads.empty()) flags |= kHeads;
    if (record.hasTombstone) flags |= kTombstone;
    if (record.originCommittedAt) flags |= kOriginCommittedAt;
    if (record.lost) flags |= kLost;
    return flags;
}

std::uint64_t nanoseconds(CalendarTime time) {
    return static_cast<std::uint64_t>(time.sinceEpoch().count());
}

CalendarTime calendarTime(std::uint64_t nanoseconds) {
    return CalendarTime(Duration(static_cast<std::int64_t>(nanoseconds)));
}

void writeImages(ByteWriter& out, const LogRecord& record) {
    if (record.oldItem) {
        out.varint(record.oldItem->itemBytes);
        out.u64(record.oldItem->checksum);
    }
    if (record.newImage) {
        out.varint(record.newItemBytes);
        out.sized(*record.newImage);
    }
    if (record.oldImage) out.sized(*record.oldImage);
}

void readImages(ByteReader& in, std::uint64_t flags, LogRecord& record) {
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
}

/// Whether applying a record of this kind depends on its action.
bool needsAction(RecordKind kind) {
    return kind == RecordKind::TransactionPrepare || kind == RecordKind::TransactionCommit ||
           kind == RecordKind::TransactionCancel;
}

LostWrites readLost(ByteReader& in) {
    LostWrites lost;
    lost.after = calendarTime(in.u64());
    lost.last = calendarTime(in.u64());
    lost.lastNumber = in.varint();
    lost.count = in.varint();
    lost.version = calendarTime(in.u64());
    lost.origin = in.sized();
    return lost;
}

bool readAction(ByteReader& in, LogRecord& record) {
    const std::uint8_t action = in.u8();
    if (action > static_cast<std::uint8_t>(TransactionAction::Check)) return false;
    record.action = static_cast<TransactionAction>(action);
    return true;
}

bool readBody(ByteReader& in, std::uint64_t flags, LogRecord& record) {
    record.space = KeySpaceId(in.u32());
    record.committedAt = calendarTime(in.u64());
    record.key = in.sized();
    if (flags & kStamp) record.stamp = calendarTime(in.u64());
    if (flags & kOrigin) record.originRegion = in.sized();
    if (flags & kTransaction) record.transactionId = in.sized();
    readImages(in, flags, record);
    if (flags & kSource) {
        RecordSource source;
        source.group = GroupId(in.varint());
        source.lsn = Lsn(in.varint());
        record.source = source;
    }
    if (flags & kBase) {
        BaseVersion base;
        base.stamp = calendarTime(in.u64());
        base.origin = in.sized();
        record.base = std::move(base);
    }
    if ((flags & kAction) && !readAction(in, record)) return false;
    if (flags & kLedger) record.ledger = GroupId(in.varint());
    if (flags & kCollection)
        record.collection = CollectionSize{in.varint(), (flags & kFirstCollection) != 0};
    if (flags & kOldExpiry) record.oldExpiry = static_cast<std::int64_t>(in.varint());
    if (flags & kNewExpiry) record.newExpiry = static_cast<std::int64_t>(in.varint());
    if (flags & kVersion) record.version = calendarTime(in.u64());
    if (flags & kHeads) record.heads = readHeads(in);
    record.hasTombstone = (flags & kTombstone) != 0;
    if (flags & kOriginCommittedAt) record.originCommittedAt = calendarTime(in.u64());
    if (flags & kLost) record.lost = readLost(in);
    return in.ok() && in.atEnd() && (record.action || !needsAction(record.kind));
}

void writeLost(ByteWriter& out, const LostWrites& lost) {
    out.u64(nanoseconds(lost.after));
    out.u64(nanoseconds(lost.last));
    out.varint(lost.lastNumber);
    out.varint(lost.count);
    out.u64(nanoseconds(lost.version));
    out.sized(lost.origin);
}

}  // namespace

bool changesItem(const LogRecord& record) {
    if (record.kind == RecordKind::Put || record.kind == RecordKind::Delete) return true;
    return record.kind == RecordKind::TransactionCommit &&
           record.action != TransactionAction::Check;
}

std::string encodeRecord(const LogRecord& record) {
    std::string bytes;
    bytes.reserve(96 + record.key.size() + (record.newImage ? record.newImage->size() : 0) +
                  (record.oldImage ? record.oldImage->size() : 0));
    ByteWriter out(bytes);
    out.u8(kVersion2);
    out.u8(static_cast<std::uint8_t>(record.kind));
    out.u8(static_cast<std::uint8_t>(record.cause));
    out.varint(flagsOf(record));
    out.u32(record.space.value());
    out.u64(nanoseconds(record.committedAt));
    out.sized(record.key);
    if (record.stamp) out.u64(nanoseconds(*record.stamp));
    if (!record.originRegion.empty()) out.sized(record.originRegion);
    if (!record.transactionId.empty()) out.sized(record.transactionId);
    writeImages(out, record);
    if (record.source) {
        out.varint(record.source->group.value());
        out.varint(record.source->lsn.value());
    }
    if (record.base) {
        out.u64(nanoseconds(record.base->stamp));
        out.sized(record.base->origin);
    }
    if (record.action) out.u8(static_cast<std::uint8_t>(*record.action));
    if (record.ledger != GroupId{}) out.varint(record.ledger.value());
    if (record.collection) out.varint(record.collection->bytes);
    if (record.oldExpiry) out.varint(static_cast<std::uint64_t>(*record.oldExpiry));
    if (record.newExpiry) out.varint(static_cast<std::uint64_t>(*record.newExpiry));
    if (record.version) out.u64(nanoseconds(*record.version));
    if (!record.heads.empty()) writeHeads(out, record.heads);
    if (record.originCommittedAt) out.u64(nanoseconds(*record.originCommittedAt));
    if (record.lost) writeLost(out, *record.lost);
    out.u32(crc32c(bytes));
    return bytes;
}

bool isWholeRecord(std::string_view bytes) {
    if (bytes.size() < kCrcBytes) return false;
    const std::string_view covered = bytes.substr(0, bytes.size() - kCrcBytes);
    const std::uint8_t version = ByteReader(covered).u8();
    if (version != kVersion1 && version != kVersion2) return false;
    const std::uint32_t crc = ByteReader(bytes.substr(covered.size())).u32();
    return crc == (version == kVersion1 ? crc32(covered) : crc32c(covered));
}

std::optional<LogRecord> decodeRecord(std::string_view bytes) {
    if (!isWholeRecord(bytes)) return std::nullopt;
    ByteReader in(bytes.substr(0, bytes.size() - kCrcBytes));
    const std::uint8_t version = in.u8();
    LogRecord record;
    const std::uint8_t kind = in.u8();
    const std::uint8_t cause = in.u8();
    const std::uint64_t flags = version == kVersion1 ? in.u8() : in.varint();
    const std::uint64_t known = version == kVersion1 ? kFlagsOfVersion1 : kFlagsOfVersion2;
    if ((flags & ~known) != 0) return std::nullopt;
    if (kind > static_cast<std::uint8_t>(RecordKind::ForgetTombstone)) return std::nullopt;
    if (cause > static_cast<std::uint8_t>(Cause::Restore)) return std::nullopt;
    record.kind = static_cast<RecordKind>(kind);
    record.cause = static_cast<Cause>(cause);
    if (!readBody(in, flags, record)) return std::nullopt;
    return record;
}

}  // namespace orrery::table
