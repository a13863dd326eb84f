#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/types/api_error.h"
#include "core/types/attribute_value.h"
#include "core/types/key_schema.h"

namespace orrery::expression {

/// One step of a document path: an attribute name, or an index into a list.
using PathElement = std::variant<std::string, std::uint32_t>;

/// A document path such as `a.b[3]`, with its names substituted. Its first element is the name of a
/// top-level attribute. Never empty.
struct Path {
    std::vector<PathElement> elements;

    /// A path of one top-level attribute.
    static Path attribute(std::string name) { return {{std::move(name)}}; }

    const std::string& top() const { return std::get<std::string>(elements.front()); }
    bool isNested() const { return elements.size() > 1; }
    /// The form in error texts: "[a, b, [3]]".
    std::string text() const;

    /// Orders by elements: names before indexes, indexes by value.
    auto operator<=>(const Path&) const = default;
};

/// The value at `path`, or null if there is none. Valid until the item changes.
const types::AttributeValue* find(const types::Item& item, const Path& path);

/// Refuses paths into an attribute that is a key of the table (`table`) or of one of its indexes,
/// since keys are scalars. Needs the catalog, so it runs when a request is bound.
ApiResult<void> checkKeyPaths(std::span<const Path* const> paths, const types::KeySchema& table,
                              std::span<const types::KeySchema> indexes);

}  // namespace orrery::expression
