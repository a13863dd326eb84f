#include "tests/model/conditions.h"

#include <algorithm>

#include "core/types/base64.h"

namespace orrery::test::model {
namespace {

const Value* stepOf(const Value& value, const Path::Step& step) {
    if (step.index < 0) {
        return typeOf(value) == "M" ? contentOf(value).as_object().if_contains(step.name) : nullptr;
    }
    if (typeOf(value) != "L") return nullptr;
    return elementsOf(value).if_contains(static_cast<std::size_t>(step.index));
}

// Characters as UTF-16 counts them; the texts of the model have none that needs two units.
std::size_t charactersOf(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::count_if(
        text, [](char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U; }));
}

std::optional<Value> sizeOf(const Value& value) {
    const std::string_view type = typeOf(value);
    std::size_t size = 0;
    if (type == "S") {
        size = charactersOf(contentOf(value).as_string());
    } else if (type == "B") {
        size = types::parseBase64(contentOf(value).as_string())->size();
    } else if (type == "M") {
        size = contentOf(value).as_object().size();
    } else if (type == "L" || isSet(value)) {
        size = elementsOf(value).size();
    } else {
        return std::nullopt;
    }
    return numberValue(static_cast<std::int64_t>(size) * 10);
}

std::optional<Value> valueOf(const Operand& operand, const Attributes* item) {
    if (operand.kind == Operand::Kind::Constant) return operand.value;
    const Value* value = item == nullptr ? nullptr : find(*item, operand.path);
    if (value == nullptr) return std::nullopt;
    return operand.kind == Operand::Kind::SizeOf ? sizeOf(*value) : *value;
}

bool compare(const std::optional<Value>& a, std::string_view comparator,
             const std::optional<Value>& b) {
    const bool areEqual = a && b && *a == *b;
    if (comparator == "=") return areEqual;
    if (comparator == "<>") return !areEqual;
    if (!a || !b) return false;
    const auto order = compared(*a, *b);
    if (!order) return false;
    if (comparator == "<") return *order < 0;
    if (comparator == "<=") return *order <= 0;
    return comparator == ">" ? *order > 0 : *order >= 0;
}

std::string bytesOfText(const Value& value) {
    const std::string text(contentOf(value).as_string());
    return typeOf(value) == "B" ? *types::parseBase64(text) : text;
}

bool isText(const Value& value) {
    return typeOf(value) == "S" || typeOf(value) == "B";
}

bool contains(const Value& value, const Value& part) {
    if (isText(value))
        return typeOf(part) == typeOf(value) && bytesOfText(value).contains(bytesOfText(part));
    if (typeOf(value) == "L") return std::ranges::count(elementsOf(value), part) > 0;
    if (!isSet(value) || typeOf(value).substr(0, 1) != typeOf(part)) return false;
    return std::ranges::count(elementsOf(value), contentOf(part)) > 0;
}

bool holdsFor(const Condition& condition, const std::vector<std::optional<Value>>& values) {
    using Kind = Condition::Kind;
    if (condition.kind == Kind::Compare) return compare(values[0], condition.comparator, values[1]);
    if (condition.kind == Kind::Exists) return values[0].has_value();
    if (condition.kind == Kind::Missing) return !values[0];
    if (condition.kind == Kind::In) {
        return std::any_of(values.begin() + 1, values.end(),
                           [&](const auto& each) { return compare(values[0], "=", each); });
    }
    if (condition.kind == Kind::Between)
        return compare(values[0], ">=", values[1]) && compare(values[0], "<=", values[2]);
    if (!values[0] || !values[1]) return false;
    if (condition.kind == Kind::Contains) return contains(*values[0], *values[1]);
    if (condition.kind == Kind::HasType) return typeOf(*values[0]) == bytesOfText(*values[1]);
    return isText(*values[0]) && typeOf(*values[0]) == typeOf(*values[1]) &&
           bytesOfText(*values[0]).starts_with(bytesOfText(*values[1]));
}

// What is left of `value` when only the rest of the path, from `depth` on, is shown.
Value partOf(const Value& value, const Path& path, std::size_t depth) {
    if (depth == path.steps.size()) return value;
    const Path::Step& step = path.steps[depth];
    const Value part = partOf(*stepOf(value, step), path, depth + 1);
    if (step.index >= 0) {
        boost::json::array list;
        list.push_back(part);
        return {{"L", list}};
    }
    Attributes map;
    map[step.name] = part;
    return {{"M", map}};
}

}  // namespace

bool Path::hasIndex() const {
    return std::ranges::any_of(steps, [](const Step& step) { return step.index >= 0; });
}

const Value* find(const Attributes& item, const Path& path) {
    const Value* value = item.if_contains(path.top());
    for (std::size_t i = 1; i < path.steps.size() && value != nullptr; ++i)
        value = stepOf(*value, path.steps[i]);
    return value;
}

bool holds(const Condition& condition, const Attributes* item) {
    using Kind = Condition::Kind;
    const auto part = [&](const Condition& each) { return holds(each, item); };
    if (condition.kind == Kind::And) return std::ranges::all_of(condition.parts, part);
    if (condition.kind == Kind::Or) return std::ranges::any_of(condition.parts, part);
    if (condition.kind == Kind::Not) return !part(condition.parts.front());
    std::vector<std::optional<Value>> values;
    for (const Operand& operand : condition.operands)
        values.push_back(valueOf(operand, item));
    return holdsFor(condition, values);
}

Attributes projected(const Attributes& item, const std::vector<Path>& paths) {
    Attributes shown;
    for (const Path& path : paths) {
        if (find(item, path) == nullptr) continue;
        shown[path.top()] = partOf(item.at(path.top()), path, 1);
    }
    return shown;
}

}  // namespace orrery::test::model
