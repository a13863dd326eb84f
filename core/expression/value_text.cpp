#include "core/expression/value_text.h"

#include "core/types/base64.h"

namespace orrery::expression {

using types::AttributeType;
using types::AttributeValue;
using types::Binary;
using types::Number;

std::string valueText(const AttributeValue& value) {
    std::string out = "{" + std::string(wireName(value.type())) + ":";
    if (const auto* text = value.as<std::string>()) out += *text;
    if (const auto* number = value.as<Number>()) out += number->text();
    if (const auto* binary = value.as<Binary>()) types::appendBase64(out, binary->bytes);
    return out + "}";
}

std::optional<AttributeType> attributeTypeOf(std::string_view name) {
    for (auto type = AttributeType::String; type <= AttributeType::Bool;
         type = static_cast<AttributeType>(static_cast<int>(type) + 1)) {
        if (wireName(type) == name) return type;
    }
    return std::nullopt;
}

std::optional<std::strong_ordering> compareOrdered(const AttributeValue& left,
                                                   const AttributeValue& right) {
    if (left.type() != right.type()) return std::nullopt;
    if (const auto* text = left.as<std::string>()) return *text <=> *right.as<std::string>();
    if (const auto* number = left.as<Number>()) return *number <=> *right.as<Number>();
    if (const auto* binary = left.as<Binary>()) return *binary <=> *right.as<Binary>();
    return std::nullopt;
}

}  // namespace orrery::expression
