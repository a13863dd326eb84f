#pragma once

#include <string>
#include <string_view>

#include "core/json/json.h"
#include "core/types/attribute_value.h"
#include "core/types/key_schema.h"

namespace orrery::types {

// Attribute values as the API writes them in JSON: {"S": "text"}, {"N": "12"}, {"B": base64}, …
// The only place that knows HASH, RANGE and the wire names.

/// The service's text for a value with more than kNestingMax levels, without the words that precede
/// other errors of an expression attribute value.
inline constexpr std::string_view kNestingExceeded =
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels "
    "beyond supported limit";

/// The longest name of an attribute, and the service's text for a longer one, at any depth and
/// without the words that precede other errors of an expression attribute value. Observed in
/// September 2026 for PutItem and UpdateItem (github.com/ExtendDB/extenddb/issues/365).
inline constexpr std::size_t kAttributeNameBytesMax = 65'535;
inline constexpr std::string_view kNameTooLarge =
    "Attribute name is too large, must be less than 65536 bytes";
/// Refuses a longer name.
ApiResult<void> checkNameLength(std::string_view name);

/// Parses one attribute value. The errors are the service's, in its order: JSON of the wrong shape
/// anywhere in it (Serialization), then broken rules, member by member: no type, a null, empty
/// sets, numbers, duplicates in sets, several types; nesting over `levelsMax` levels last.
ApiResult<AttributeValue> valueFromJson(const json::Value& value, int levelsMax = kNestingMax);

/// Parses an object of names and values: an item, a key, expression attribute values.
ApiResult<Item> itemFromJson(const json::Value& object);

void appendJson(std::string& out, const AttributeValue& value);
void appendJson(std::string& out, const Item& item);

}  // namespace orrery::types
