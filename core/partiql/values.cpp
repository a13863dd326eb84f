#include "core/partiql/values.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "core/base/check.h"
#include "core/base/result.h"

namespace orrery::partiql {

using expression::Path;
using expression::PathElement;
using types::AttributeMap;
using types::AttributeValue;
using types::List;
using types::Null;
using types::Number;
using types::NumberSet;
using types::StringSet;

namespace {

// A literal that nests deeper is refused, before any item is.
constexpr int kLevelsMax = 32;

std::unexpected<ApiError> fail(std::string message) {
    return std::unexpected(ApiError::validation(std::move(message)));
}

std::unexpected<ApiError> unsupported(const Node& node, const std::string& place) {
    return fail("Unsupported data type: " + nodeName(node) + " under key " + place + " at " +
                node.at.text());
}

// Builds the value of a literal. `place` says where in the whole value it stands.
class LiteralReader {
public:
    ApiResult<AttributeValue> read(const Node& node, const std::string& place, int levels) {
        if (levels >= kLevelsMax)
            return fail("Nesting Levels have exceeded supported limits under " + place);
        switch (node.kind) {
            case Node::Kind::String:
                return AttributeValue::string(node.text);
            case Node::Kind::Boolean:
                return AttributeValue::boolean(node.text == "true");
            case Node::Kind::Null:
                return AttributeValue(Null{});
            case Node::Kind::Number: {
                TRY_ASSIGN(const Number number, this->number(node, place));
                return AttributeValue::number(number);
            }
            case Node::Kind::Struct:
                return structure(node, place, levels);
            case Node::Kind::List:
                return list(node, place, levels);
            case Node::Kind::Bag:
                return bag(node, place);
            case Node::Kind::Missing:
            case Node::Kind::Parameter:
            case Node::Kind::Name:
            case Node::Kind::Path:
            case Node::Kind::Step:
            case Node::Kind::Index:
            case Node::Kind::Star:
            case Node::Kind::Call:
            case Node::Kind::Type:
                return unsupported(node, place);
        }
        CHECK(false);
    }

private:
    static ApiResult<Number> number(const Node& node, const std::string& place) {
        auto number = Number::parse(node.text);
        if (number) return *number;
        return fail(number.error().message + " under " + place);
    }

    ApiResult<AttributeValue> structure(const Node& node, const std::string& place, int levels) {
        std::vector<AttributeMap::Entry> entries;
        for (std::size_t i = 0; i + 1 < node.children.size(); i += 2) {
            const Node& name = node.children[i];
            TRY(checkAttributeName(name, place));
            std::string below = place;
            below += "." + name.text;
            TRY_ASSIGN(AttributeValue value, read(node.children[i + 1], below, levels + 1));
            entries.emplace_back(name.text, std::move(value));
        }
        return AttributeValue(AttributeMap::fromEntries(std::move(entries)));
    }

    ApiResult<AttributeValue> list(const Node& node, const std::string& place, int levels) {
        List list;
        for (const Node& child : node.children) {
            const std::string below = place + "[" + std::to_string(list.size()) + "]";
            TRY_ASSIGN(AttributeValue value, read(child, below, levels + 1));
            list.push_back(std::move(value));
        }
        return AttributeValue(std::move(list));
    }

    static ApiResult<AttributeValue> bag(const Node& node, const std::string& place) {
        if (node.children.empty()) return fail("Empty bags are not supported");
        const Node::Kind kind = node.children.front().kind;
        const bool fits = (kind == Node::Kind::String || kind == Node::Kind::Number) &&
                          std::ranges::all_of(
                              node.children, [&](const Node& child) { return child.kind == kind; });
        if (!fits)
            return fail(
                "Unsupported data type in Bag. DynamoDB only supports either numbers or strings in "
                "bags");
        if (kind == Node::Kind::String) {
            StringSet set;
            for (const Node& child : node.children)
                set.elements.push_back(child.text);
            if (!makeSet(set.elements)) return duplicates(node, ".");
            return AttributeValue(std::move(set));
        }
        NumberSet set;
        for (const Node& child : node.children) {
            TRY_ASSIGN(const Number number, LiteralReader::number(child, place));
            set.elements.push_back(number);
        }
        if (!makeSet(set.elements)) return duplicates(node, "! under " + place);
        return AttributeValue(std::move(set));
    }

    // Sorts the elements; false if two are equal.
    template <typename Element>
    static bool makeSet(std::vector<Element>& elements) {
        std::ranges::sort(elements);
        return std::ranges::adjacent_find(elements) == elements.end();
    }

    static std::unexpected<ApiError> duplicates(const Node& node, const std::string& end) {
        std::string elements;
        for (const Node& child : node.children) {
            if (!elements.empty()) elements += ", ";
            elements += child.text;
        }
        return fail("One or more parameter values were invalid: Input collection [" + elements +
                    "] contains duplicates" + end);
    }
};

std::unexpected<ApiError> unexpectedComponent(const Node& node) {
    return fail("Unexpected path component at " + node.at.text());
}

ApiResult<PathElement> stepOf(const Node& step) {
    if (step.kind != Node::Kind::Step && step.kind != Node::Kind::Index)
        return unexpectedComponent(step);
    const Node& inside = step.kind == Node::Kind::Step ? step : step.children.front();
    if (inside.kind == Node::Kind::Step || inside.kind == Node::Kind::String) {
        TRY(checkComponent(inside.text));
        return PathElement(inside.text);
    }
    if (inside.kind != Node::Kind::Number) return unexpectedComponent(inside);
    std::string digits = inside.text;
    if (digits == "-0") digits = "0";
    std::int32_t index = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, index);
    if (error != std::errc() || stop != end || index < 0)
        return fail("List index is not within the allowable range; index: [" + inside.text +
                    "] at " + inside.at.text());
    return PathElement(static_cast<std::uint32_t>(index));
}

}  // namespace

bool isValue(const Node& node) {
    using Kind = Node::Kind;
    switch (node.kind) {
        case Kind::Missing:
        case Kind::Null:
        case Kind::Boolean:
        case Kind::Number:
        case Kind::String:
        case Kind::Parameter:
        case Kind::Struct:
        case Kind::List:
        case Kind::Bag:
            return true;
        case Kind::Name:
        case Kind::Path:
        case Kind::Step:
        case Kind::Index:
        case Kind::Star:
        case Kind::Call:
        case Kind::Type:
            return false;
    }
    CHECK(false);
}

ApiResult<expression::SharedValue> valueOf(const Node& node, Parameters parameters) {
    if (node.kind == Node::Kind::Parameter) return parameters[node.ordinal - 1];
    TRY_ASSIGN(AttributeValue value, LiteralReader().read(node, "root", 0));
    return std::make_shared<const AttributeValue>(std::move(value));
}

ApiResult<void> checkAttributeName(const Node& name, const std::string& place) {
    if (name.kind != Node::Kind::String) return unsupported(name, place);
    if (name.text.empty()) return fail("Empty attribute name");
    return {};
}

ApiResult<void> checkComponent(const std::string& component) {
    if (component.empty()) return fail("Path component cannot be an empty string");
    return {};
}

ApiResult<Path> pathOf(const Node& node) {
    const Node& first = node.kind == Node::Kind::Path ? node.children.front() : node;
    if (first.kind != Node::Kind::Name) return unexpectedComponent(first);
    TRY(checkComponent(first.text));
    Path path = Path::attribute(first.text);
    if (node.kind == Node::Kind::Name) return path;
    for (std::size_t i = 1; i < node.children.size(); ++i) {
        TRY_ASSIGN(PathElement element, stepOf(node.children[i]));
        path.elements.push_back(std::move(element));
    }
    return path;
}

std::string nodeName(const Node& node) {
    using Kind = Node::Kind;
    switch (node.kind) {
        case Kind::Missing:
            return "LiteralMissing";
        case Kind::Parameter:
            return "Parameter";
        case Kind::Name:
            return "VariableReference";
        case Kind::Path:
            return "Path";
        case Kind::Call:
            return node.text == "is" ? "IsType" : node.text;
        case Kind::Struct:
            return "Struct";
        case Kind::List:
            return "List";
        case Kind::Bag:
            return "Bag";
        case Kind::Null:
        case Kind::Boolean:
        case Kind::Number:
        case Kind::String:
        case Kind::Step:
        case Kind::Index:
        case Kind::Star:
        case Kind::Type:
            return "Literal";
    }
    CHECK(false);
}

}  // namespace orrery::partiql
