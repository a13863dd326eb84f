#include "core/table/private_key.h"

#include "core/base/bytes.h"

namespace orrery::table {
namespace {

constexpr std::uint32_t kNoKeySpace = 0;

std::string prefixOf(std::uint64_t group) {
    std::string key;
    ByteWriter out(key);
    out.u32(kNoKeySpace);
    out.u64(group);
    return key;
}

}  // namespace

std::string privateKey(GroupId group, PrivateKind kind, std::string_view rest) {
    std::string key = prefixOf(group.value());
    ByteWriter out(key);
    out.u8(static_cast<std::uint8_t>(kind));
    out.raw(rest);
    return key;
}

std::optional<PrivateKey> parsePrivateKey(std::string_view key) {
    ByteReader in(key);
    if (in.u32() != kNoKeySpace) return std::nullopt;
    PrivateKey parsed;
    parsed.group = GroupId(in.u64());
    const std::uint8_t kind = in.u8();
    if (!in.ok() || kind > static_cast<std::uint8_t>(PrivateKind::ClientToken)) return std::nullopt;
    parsed.kind = static_cast<PrivateKind>(kind);
    parsed.rest = in.rest();
    return parsed;
}

std::string tombstoneKey(GroupId group, std::string_view storageKey) {
    return privateKey(group, PrivateKind::Tombstone, storageKey);
}

std::string privateKeysBegin(GroupId group) {
    return prefixOf(group.value());
}

std::string privateKeysEnd(GroupId group) {
    return prefixOf(group.value() + 1);
}

std::string checkedPrivateKeysBegin(GroupId group) {
    return privateKey(group, PrivateKind::CollectionSize, {});
}

}  // namespace orrery::table
