#include "core/table/collection_size.h"

#include "core/base/check.h"
#include "core/table/private_key.h"
#include "core/types/storage_key.h"

namespace orrery::table {
namespace {

std::string encoded(std::uint64_t bytes) {
    std::string out;
    ByteWriter(out).varint(bytes);
    return out;
}

}  // namespace

std::string collectionSizeKey(GroupId group, std::string_view storageKey) {
    CHECK(storageKey.size() >= types::kKeySpaceBytes + types::kHashBytes);
    return privateKey(group, PrivateKind::CollectionSize,
                      storageKey.substr(types::kKeySpaceBytes, types::kHashBytes));
}

SharedBytes encodeCollectionSize(std::string_view sizeKey, const StoredHeader& header,
                                 std::uint64_t bytes) {
    if (bytes == 0) return nullptr;
    return encodeStored(sizeKey, header, encoded(bytes));
}

std::optional<std::uint64_t> decodeCollectionSize(std::string_view sizeKey,
                                                  const SharedBytes& stored) {
    if (!stored) return 0;
    const auto decoded = decodeStored(sizeKey, *stored);
    if (!decoded) return std::nullopt;
    ByteReader in(std::string_view(*stored).substr(decoded->attributesAt));
    const std::uint64_t bytes = in.varint();
    if (!in.ok() || !in.atEnd()) return std::nullopt;
    return bytes;
}

std::uint64_t collectionSizeChecksum(std::string_view sizeKey, std::uint64_t bytes) {
    return bytes == 0 ? 0 : entryChecksum(sizeKey, encoded(bytes));
}

}  // namespace orrery::table
