#include "core/expression/projection.h"

#include <algorithm>

#include "core/base/result.h"
#include "core/expression/parser.h"

namespace orrery::expression {

using types::AttributeMap;
using types::AttributeValue;
using types::Item;
using types::List;

namespace {

// Paths with a common prefix, in the order of their elements.
using Paths = std::span<const Path* const>;

// The part of `value` that the paths select. Their first `depth` elements led to `value`. Nothing
// if the paths select nothing that exists.
std::optional<AttributeValue> part(const AttributeValue& value, Paths paths, std::size_t depth);

// Calls `visit(element, its paths)` for each distinct element at `depth`.
template <typename Visit>
void forEachElement(Paths paths, std::size_t depth, Visit visit) {
    while (!paths.empty()) {
        const PathElement& element = paths.front()->elements[depth];
        std::size_t count = 1;
        while (count < paths.size() && paths[count]->elements[depth] == element)
            ++count;
        visit(element, paths.first(count));
        paths = paths.subspan(count);
    }
}

AttributeMap partOfMap(const AttributeMap& map, Paths paths, std::size_t depth) {
    AttributeMap result;
    forEachElement(paths, depth, [&](const PathElement& element, Paths below) {
        const auto* name = std::get_if<std::string>(&element);
        const AttributeValue* value = name ? map.find(*name) : nullptr;
        if (!value) return;
        if (auto wanted = part(*value, below, depth + 1)) result.set(*name, *std::move(wanted));
    });
    return result;
}

List partOfList(const List& list, Paths paths, std::size_t depth) {
    List result;
    forEachElement(paths, depth, [&](const PathElement& element, Paths below) {
        const auto* index = std::get_if<std::uint32_t>(&element);
        if (!index || *index >= list.size()) return;
        if (auto wanted = part(list[*index], below, depth + 1)) {
            result.push_back(*std::move(wanted));
        }
    });
    return result;
}

std::optional<AttributeValue> part(const AttributeValue& value, Paths paths, std::size_t depth) {
    if (paths.front()->elements.size() == depth) return value;
    if (const auto* map = value.as<AttributeMap>()) {
        AttributeMap result = partOfMap(*map, paths, depth);
        if (!result.empty()) return AttributeValue(std::move(result));
    } else if (const auto* list = value.as<List>()) {
        List result = partOfList(*list, paths, depth);
        if (!result.empty()) return AttributeValue(std::move(result));
    }
    return std::nullopt;
}

}  // namespace

ApiResult<Projection> parseProjection(std::string_view text, Substitutions& substitutions) {
    Parser parser(text, "ProjectionExpression", {});
    TRY(parser.checkText());
    std::vector<SyntaxPath> syntax;
    do {
        TRY_ASSIGN(SyntaxPath path, parser.path());
        syntax.push_back(std::move(path));
    } while (parser.acceptSymbol(","));
    if (parser.token().kind != TokenKind::End) return std::unexpected(parser.syntaxError());
    TRY(parser.checkFindings());

    Projection projection;
    for (const SyntaxPath& each : syntax) {
        auto path = resolvePath(each, substitutions);
        if (!path) return std::unexpected(parser.error(path.error()));
        projection.paths.push_back(*std::move(path));
    }
    const PathClash clash = findClash(paths(projection));
    if (!clash.overlap.empty()) return std::unexpected(parser.error(clash.overlap));
    if (!clash.conflict.empty()) return std::unexpected(parser.error(clash.conflict));
    return projection;
}

Item project(const Item& item, const Projection& projection) {
    if (projection.paths.empty()) return {};
    std::vector<const Path*> sorted = paths(projection);
    std::ranges::sort(sorted, [](const Path* a, const Path* b) { return *a < *b; });
    return partOfMap(item, sorted, 0);
}

std::vector<std::string> topLevelNames(const Projection& projection) {
    std::vector<std::string> names;
    for (const Path& path : projection.paths)
        names.push_back(path.top());
    std::ranges::sort(names);
    names.erase(std::ranges::unique(names).begin(), names.end());
    return names;
}

std::vector<const Path*> paths(const Projection& projection) {
    std::vector<const Path*> result;
    result.reserve(projection.paths.size());
    for (const Path& path : projection.paths)
        result.push_back(&path);
    return result;
}

}  // namespace orrery::expression
