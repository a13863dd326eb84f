#include "core/expression/path.h"

#include "core/base/overloaded.h"
#include "core/base/result.h"
#include "core/expression/path_steps.h"

namespace orrery::expression {

using types::AttributeValue;
using types::Item;
using types::KeySchema;

std::string textOf(const PathElement& element) {
    return std::visit(Overloaded{
                          [](const std::string& name) { return name; },
                          [](std::uint32_t index) { return "[" + std::to_string(index) + "]"; },
                      },
                      element);
}

std::string Path::text() const {
    std::string out = "[";
    for (const PathElement& element : elements) {
        if (out.size() > 1) out += ", ";
        out += textOf(element);
    }
    return out + "]";
}

const AttributeValue* find(const Item& item, const Path& path) {
    const AttributeValue* value = item.find(path.top());
    for (std::size_t i = 1; value && i < path.elements.size(); ++i)
        value = child(*value, path.elements[i]);
    return value;
}

namespace {

bool anyNestedBelow(std::span<const Path* const> paths, const std::string& attribute) {
    for (const Path* path : paths) {
        if (path->isNested() && path->top() == attribute) return true;
    }
    return false;
}

ApiError mustBeScalar(std::string_view role, const std::string& attribute) {
    return ApiError::validation(
        "Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
        "allowed: " +
        std::string(role) + ": " + attribute);
}

ApiResult<void> checkKeyPaths(std::span<const Path* const> paths, const KeySchema& schema,
                              std::string_view role) {
    for (const types::KeyAttribute& attribute : schema.attributes()) {
        if (anyNestedBelow(paths, attribute.name))
            return std::unexpected(mustBeScalar(role, attribute.name));
    }
    return {};
}

}  // namespace

ApiResult<void> checkKeyPaths(std::span<const Path* const> paths, const KeySchema& table,
                              std::span<const KeySchema> indexes) {
    TRY(checkKeyPaths(paths, table, "Key"));
    for (const KeySchema& index : indexes)
        TRY(checkKeyPaths(paths, index, "IndexKey"));
    return {};
}

}  // namespace orrery::expression
