#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

#include "core/types/attribute_value.h"

namespace orrery::expression {

/// The form of a string, number or binary value in the service's errors: "{S:abc}", "{N:1}".
std::string valueText(const types::AttributeValue& value);

/// The type with the wire name `name`, or nothing.
std::optional<types::AttributeType> attributeTypeOf(std::string_view name);

/// The order of two values of the same type S, N or B; nothing for other or different types.
std::optional<std::strong_ordering> compareOrdered(const types::AttributeValue& left,
                                                   const types::AttributeValue& right);

}  // namespace orrery::expression
