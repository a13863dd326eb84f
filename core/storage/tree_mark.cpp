#include "core/base/bytes.h"
#include "core/storage/store.h"

namespace orrery::storage {

//   mark     := applied:uint64 itemCount:uint64 itemBytes:uint64 checksum:uint64
//               deletedStampMax:uint64 copiedTo?
//   copiedTo := 0x01 key:sized                              // of a tree that is not whole

namespace {

constexpr std::uint8_t kCopiedTo = 0x01;

}  // namespace

std::string TreeMark::encode() const {
    std::string bytes;
    ByteWriter writer(bytes);
    writer.u64(applied.value());
    writer.u64(static_cast<std::uint64_t>(itemCount));
    writer.u64(static_cast<std::uint64_t>(itemBytes));
    writer.u64(checksum);
    writer.u64(deletedStampMax);
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
    if (reader.u8() != kCopiedTo) return std::nullopt;
    mark.copiedTo = std::string(reader.sized());
    if (!reader.ok() || !reader.atEnd()) return std::nullopt;
    return mark;
}

}  // namespace orrery::storage
