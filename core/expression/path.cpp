#include "core/expression/path.h"

#include "core/base/result.h"

namespace orrery::expression {

using types::AttributeMap;
using types::AttributeValue;
using types::Item;
using types::KeySchema;
using types::List;

std::string Path::text() const {
    std::string out = "[";
    for (const PathElement& element : elements) {
        if (out.size() > 1) out += ", ";
        if (const auto* name = std::get_if<std::string>(&element)) {
            out += *name;
        } else {
            out += "[" + std::to_string(std::get<std::uint32_t>(element)) + "]";
        }
    }
    return out + "]";
}

const AttributeValue* find(const Item& item, const Path& path) {
    const AttributeValue* value = item.find(path.top());
    for (std::size_t i = 1; value && i < path.elements.size(); ++i) {
        if (const auto* name = std::get_if<std::string>(&path.elements[i])) {
            const auto* map = value->as<AttributeMap>();
            value = map ? map->find(*name) : nullptr;
        } else {
            const auto index = std::get<std::uint32_t>(path.elements[i]);
            const auto* list = value->as<List>();
            value = list && index < list->size() ? &(*list)[index] : nullptr;
        }
    }
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
