#pragma once

#include <cstddef>

#include "core/types/attribute_value.h"

namespace orrery::types {

// Sizes as the service charges them (CapacityUnitCalculations): names and strings by their UTF-8
// bytes, binary raw, numbers about one byte per two significant digits plus one, null and boolean
// one byte, lists and maps three bytes plus one for each element, besides their contents.

std::size_t attributeBytes(const AttributeValue& value);
std::size_t itemBytes(const Item& item);

/// The levels that kNestingMax limits: a value is one level, and the elements of a list or map are
/// one level deeper. So 1 for a scalar, a set, an empty list.
int nestingLevels(const AttributeValue& value);

}  // namespace orrery::types
