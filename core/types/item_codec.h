#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/types/attribute_value.h"

namespace orrery::types {

// How an item is written to logs and trees; the grammar stands in item_grammar.h. The same item has
// exactly one encoding, so equal items have equal bytes and equal checksums.

void appendItem(std::string& out, const Item& item);
std::string encodeItem(const Item& item);

/// Nothing if the bytes are not an encoded item: a damaged file.
std::optional<Item> decodeItem(std::string_view bytes);

/// Walks an encoded item without building it: one attribute of the top level at a time.
class EncodedItem {
public:
    explicit EncodedItem(std::string_view bytes) : m_bytes(bytes) {}

    /// The encoded value of one top-level attribute decoded, or nothing.
    std::optional<AttributeValue> find(std::string_view name) const;

private:
    std::string_view m_bytes;
};

/// Writes an encoded item as the wire's JSON object, {"pk":{"S":"a"},…}, to the end of `out`,
/// without building it. False, with `out` as it was, if the bytes are not an encoded item. (The
/// order within sets is not looked at here; decodeItem does.)
bool appendItemJson(std::string& out, std::string_view encodedItem);

}  // namespace orrery::types
