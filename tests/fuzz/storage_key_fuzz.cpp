// Goal: encoded keys compare as their values do, none is the beginning of another, the bound of
// begins_with holds exactly what begins so, and encoded items are decoded to the same.
//
// Method: libFuzzer makes two values of one type; the model is their own order.

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/check.h"
#include "core/types/item_codec.h"
#include "core/types/storage_key.h"

namespace {

using orrery::types::AttributeValue;
using orrery::types::Number;

std::optional<AttributeValue> valueOf(char type, std::string_view text) {
    if (type == 'S') return AttributeValue::string(text);
    if (type == 'B') return AttributeValue::binary(text);
    const auto number = Number::parse(text);
    if (!number) return std::nullopt;
    const auto again = Number::parse(number->text());
    CHECK(again.has_value());
    CHECK(*again == *number);
    return AttributeValue::number(*number);
}

std::string encoded(const AttributeValue& value) {
    std::string bytes;
    orrery::types::appendSortKey(bytes, value);
    return bytes;
}

std::strong_ordering order(const AttributeValue& a, const AttributeValue& b, std::string_view left,
                           std::string_view right) {
    const auto* number = a.as<Number>();
    return number != nullptr ? *number <=> *b.as<Number>() : left <=> right;
}

void checkPrefix(const AttributeValue& value, const AttributeValue& prefix, bool begins) {
    std::string from;
    orrery::types::appendSortKeyPrefix(from, prefix);
    const std::string key = encoded(value);
    const std::string to = orrery::types::prefixEnd(from);
    const bool isWithin = key >= from && (to.empty() || key < to);
    CHECK(isWithin == begins);
}

void checkItem(const AttributeValue& value, std::string_view bytes) {
    orrery::types::Item item;
    item.set("pk", value);
    item.set("v", AttributeValue::binary(bytes));
    const auto again = orrery::types::decodeItem(orrery::types::encodeItem(item));
    CHECK(again.has_value());
    CHECK(*again == item);
    // Bytes that nobody has encoded.
    static_cast<void>(orrery::types::decodeItem(bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    const char type = "SNB"[data[0] % 3];
    const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
    const std::string_view left = text.substr(0, data[1]);
    const std::string_view right = text.substr(left.size());
    const auto a = valueOf(type, left);
    const auto b = valueOf(type, right);
    if (!a || !b) return 0;
    const std::string keyA = encoded(*a);
    const std::string keyB = encoded(*b);
    CHECK((keyA <=> keyB) == order(*a, *b, left, right));
    CHECK(keyA == keyB || (!keyA.starts_with(keyB) && !keyB.starts_with(keyA)));
    if (type != 'N') checkPrefix(*a, *b, left.starts_with(right));
    const orrery::KeySpaceId space(7);
    const bool areEqual =
        orrery::types::storageKey(space, {*a, *b}) == orrery::types::storageKey(space, {*b, *a});
    CHECK(areEqual == (keyA == keyB));
    checkItem(*a, right);
    return 0;
}
