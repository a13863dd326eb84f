#include "core/types/storage_key.h"

#include <algorithm>
#include <array>
#include <limits>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/hash.h"

namespace orrery::types {
namespace {

// The encoding of a sort key in a storage key. Bytes keep DynamoDB's order: by bytes for S and B,
// by value for N. All sort keys of a key space have one type, so the type is not stored.
//
//   sortKey  := escaped 0x00 0x00          // S, B; a 0x00 of the value is written as 0x00 0xff
//             | number                     // N
//   number   := 0x01 negative | 0x02 | 0x03 positive
//   positive := magnitude+130:uint8 pair* 0x00
//   pair     := two digits + 1:uint8       // 1 … 100, from the first digit on; an odd one is
//                                          // completed by a 0
//   negative := positive with all bytes inverted
//
// The terminator makes "a" sort before "a\x00" and 1.2 before 1.23; the escape keeps it
// unambiguous. No sort key is a prefix of another, so what follows it does not disturb the order.

constexpr std::uint8_t kNegative = 1;
constexpr std::uint8_t kZero = 2;
constexpr std::uint8_t kPositive = 3;

void appendEscaped(std::string& out, std::string_view bytes) {
    for (std::size_t zero = bytes.find('\0'); zero != std::string_view::npos;
         zero = bytes.find('\0')) {
        out.append(bytes.substr(0, zero + 1));
        out.push_back('\xff');
        bytes.remove_prefix(zero + 1);
    }
    out.append(bytes);
}

void appendNumber(std::string& out, const Number& number) {
    ByteWriter writer(out);
    if (number.isZero()) {
        writer.u8(kZero);
        return;
    }
    constexpr std::size_t kPairsMax = (Number::kDigitsMax + 1) / 2;
    std::array<std::uint8_t, kPairsMax> pairs;
    const auto digits = static_cast<std::size_t>(number.digits());
    const std::size_t count = (digits + 1) / 2;
    Number::Coefficient rest = number.coefficient();
    std::size_t at = count;
    if (digits % 2 != 0) {
        pairs[--at] = static_cast<std::uint8_t>(static_cast<unsigned>(rest % 10) * 10 + 1);
        rest /= 10;
    }
    while (at > 0) {
        pairs[--at] = static_cast<std::uint8_t>(static_cast<unsigned>(rest % 100) + 1);
        rest /= 100;
    }
    const std::uint8_t inversion = number.isNegative() ? 0xff : 0;
    writer.u8(number.isNegative() ? kNegative : kPositive);
    const auto magnitude = static_cast<std::uint8_t>(number.magnitude() - Number::kMagnitudeMin);
    writer.u8(magnitude ^ inversion);
    for (std::size_t i = 0; i < count; ++i)
        writer.u8(pairs[i] ^ inversion);
    writer.u8(inversion);
}

std::string_view bytesOf(const AttributeValue& value) {
    if (const auto* text = value.as<std::string>()) return *text;
    const auto* binary = value.as<Binary>();
    CHECK(binary != nullptr);
    return binary->bytes;
}

std::string_view view(const unsigned char* bytes, std::size_t size) {
    return {reinterpret_cast<const char*>(bytes), size};
}

void appendDigests(std::string& out, std::string_view bytes) {
    const Md5 first = md5(bytes);
    const Sha256 second = sha256(bytes);
    out.append(view(first.data(), first.size()));
    out.append(view(second.data(), kHashBytes - first.size()));
}

void appendHash(std::string& out, const AttributeValue& partitionKey) {
    std::string number;
    std::string_view bytes;
    if (const auto* value = partitionKey.as<Number>()) {
        appendNumber(number, *value);
        bytes = number;
    } else {
        bytes = bytesOf(partitionKey);
    }
    appendDigests(out, bytes);
}

// Each value ends itself, so the values of different keys give different bytes.
void appendHashOfAll(std::string& out, const AttributeValue& first,
                     std::span<const AttributeValue> more) {
    std::string bytes;
    appendSortKey(bytes, first);
    for (const AttributeValue& value : more)
        appendSortKey(bytes, value);
    appendDigests(out, bytes);
}

void appendSortKeys(std::string& out, const Key& key) {
    if (key.sort) appendSortKey(out, *key.sort);
    for (const AttributeValue& value : key.moreSort)
        appendSortKey(out, value);
}

void appendKeySpace(std::string& out, KeySpaceId space) {
    ByteWriter(out).u32(space.value());
}

}  // namespace

std::string collectionPrefix(KeySpaceId space, const AttributeValue& partitionKey) {
    std::string out;
    out.reserve(kKeySpaceBytes + kHashBytes + 64);
    appendKeySpace(out, space);
    appendHash(out, partitionKey);
    return out;
}

std::string collectionPrefix(KeySpaceId space, const AttributeValue& partitionKey,
                             std::span<const AttributeValue> more) {
    if (more.empty()) return collectionPrefix(space, partitionKey);
    std::string out;
    appendKeySpace(out, space);
    appendHashOfAll(out, partitionKey, more);
    return out;
}

std::string storageKey(KeySpaceId space, const Key& key) {
    std::string out = collectionPrefix(space, key.partition, key.morePartition);
    appendSortKeys(out, key);
    return out;
}

std::string indexEntryKey(KeySpaceId space, const Key& indexKey, const Key& baseKey) {
    std::string out = storageKey(space, indexKey);
    appendHash(out, baseKey.partition);
    appendSortKeys(out, baseKey);
    return out;
}

void appendSortKey(std::string& out, const AttributeValue& value) {
    if (const auto* number = value.as<Number>()) {
        appendNumber(out, *number);
        return;
    }
    appendEscaped(out, bytesOf(value));
    out.append(2, '\0');
}

void appendSortKeyPrefix(std::string& out, const AttributeValue& prefix) {
    appendEscaped(out, bytesOf(prefix));
}

std::string prefixEnd(std::string_view prefix) {
    const std::size_t last = prefix.find_last_not_of('\xff');
    if (last == std::string_view::npos) return {};
    std::string end(prefix.substr(0, last + 1));
    end[last] = static_cast<char>(static_cast<unsigned char>(end[last]) + 1);
    return end;
}

std::string keySpaceBegin(KeySpaceId space) {
    std::string out;
    appendKeySpace(out, space);
    return out;
}

std::string keySpaceEnd(KeySpaceId space) {
    CHECK(space.value() < std::numeric_limits<std::uint32_t>::max());
    return keySpaceBegin(space.next());
}

std::string keyAtFraction(KeySpaceId space, std::uint64_t position, std::uint64_t count) {
    CHECK(count > 0);
    CHECK(position <= count);
    if (position == count) return keySpaceEnd(space);
    __extension__ using Wide = unsigned __int128;
    std::string out = keySpaceBegin(space);
    ByteWriter(out).u64(static_cast<std::uint64_t>((static_cast<Wide>(position) << 64) / count));
    // Trailing zeros do not change the bound; without them the first part begins at keySpaceBegin.
    while (out.size() > kKeySpaceBytes && out.back() == '\0')
        out.pop_back();
    return out;
}

std::uint32_t hashPosition(std::string_view key) {
    std::string hash(key.substr(std::min(key.size(), kKeySpaceBytes)).substr(0, 4));
    hash.resize(4, '\0');
    return ByteReader(hash).u32();
}

}  // namespace orrery::types
