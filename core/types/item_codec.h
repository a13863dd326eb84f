#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/types/attribute_value.h"

namespace orrery::types {

// The encoding of an item in logs and trees; the grammar is in item_grammar.h. An item has exactly
// one encoding, so equal items have equal bytes and equal checksums.

void appendItem(std::string& out, const Item& item);
std::string encodeItem(const Item& item);

/// Nothing if the bytes are not an encoded item, as in a damaged file.
std::optional<Item> decodeItem(std::string_view bytes);

/// Walks an encoded item without building it, one top-level attribute at a time.
class EncodedItem {
public:
    explicit EncodedItem(std::string_view bytes) : m_bytes(bytes) {}

    /// The decoded value of one top-level attribute, or nothing.
    std::optional<AttributeValue> find(std::string_view name) const;

private:
    std::string_view m_bytes;
};

/// Appends an encoded item to `out` as the wire's JSON object, {"pk":{"S":"a"},…}, without building
/// the item. Returns false, and leaves `out` unchanged, if the bytes are not an encoded item. (It
/// does not check the order within sets; decodeItem does.)
bool appendItemJson(std::string& out, std::string_view encodedItem);

}  // namespace orrery::types
