#include "core/base/bytes.h"
#include "core/storage/store.h"

namespace orrery::storage {

//   mark     := applied:uint64 itemCount:uint64 itemBytes:uint64 checksum:uint64
//               deletedStampMax:uint64 localIndexes? copiedTo?
//   localIndexes := 0x02 n:uint8 (count:uint64 bytes:uint64){n}   // since format 5
//   copiedTo     := 0x01 key:sized                          // of a tree that is not whole

namespace {

constexpr std::uint8_t kCopiedTo = 0x01;
constexpr std::uint8_t kLocalIndexes = 0x02;

void readLocalIndexes(ByteReader& in, TreeMark& mark) {
    for (std::size_t n = in.u8(); n > 0 && in.ok(); --n) {
        EntryCounts& one = mark.localIndexes.emplace_back();
        one.count = static_cast<std::int64_t>(in.u64());
        one.bytes = static_cast<std::int64_t>(in.u64());
    }
}

}  // namespace

std::string TreeMark::encode() const {
    std::string bytes;
    ByteWriter writer(bytes);
    writer.u64(applied.value());
    writer.u64(static_cast<std::uint64_t>(itemCount));
    writer.u64(static_cast<std::uint64_t>(itemBytes));
    writer.u64(checksum);
    writer.u64(deletedStampMax);
    if (!localIndexes.empty()) {
        writer.u8(kLocalIndexes);
        writer.u8(static_cast<std::uint8_t>(localIndexes.size()));
        for (const EntryCounts& one : localIndexes) {
            writer.u64(static_cast<std::uint64_t>(one.count));
            writer.u64(static_cast<std::uint64_t>(one.bytes));
        }
    }
    if (!copiedTo) return bytes;
    writer.u8(kCopiedTo);
    writer.sized(*copiedTo);
    return bytes;
}

std::optional<TreeMark> TreeMark::decode(std::string_view bytes) {
    ByteReader reader(bytes);
    TreeMark mark;
    mark.applied = Lsn(reader.u64());
    mark.itemCount = static_cast<std::int64_t>(reader.u64());
    mark.itemBytes = static_cast<std::int64_t>(reader.u64());
    mark.checksum = reader.u64();
    mark.deletedStampMax = reader.u64();
    if (!reader.ok()) return std::nullopt;
    if (reader.atEnd()) return mark;
    std::uint8_t kind = reader.u8();
    if (kind == kLocalIndexes) {
        readLocalIndexes(reader, mark);
        if (reader.ok() && reader.atEnd()) return mark;
        kind = reader.u8();
    }
    if (kind != kCopiedTo) return std::nullopt;
    mark.copiedTo = std::string(reader.sized());
    if (!reader.ok() || !reader.atEnd()) return std::nullopt;
    return mark;
}

}  // namespace orrery::storage
