#include "core/expression/condition.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/base/result.h"
#include "core/base/text.h"
#include "core/expression/value_text.h"

namespace orrery::expression {

using types::AttributeMap;
using types::AttributeValue;
using types::Binary;
using types::BinarySet;
using types::Item;
using types::KeySchema;
using types::List;
using types::Number;
using types::NumberSet;
using types::StringSet;

namespace {

// The result of size(): characters of strings, bytes of binary values, elements of sets, lists and
// maps. Numbers, booleans and null have no size.
std::optional<std::size_t> sizeOf(const AttributeValue& value) {
    if (const auto* text = value.as<std::string>()) return utf16Length(*text);
    if (const auto* binary = value.as<Binary>()) return binary->bytes.size();
    if (const auto* set = value.as<StringSet>()) return set->elements.size();
    if (const auto* set = value.as<NumberSet>()) return set->elements.size();
    if (const auto* set = value.as<BinarySet>()) return set->elements.size();
    if (const auto* list = value.as<List>()) return list->size();
    if (const auto* map = value.as<AttributeMap>()) return map->size();
    return std::nullopt;
}

bool containsElement(const AttributeValue& container, const AttributeValue& element) {
    const auto isIn = [](const auto& elements, const auto* wanted) {
        return wanted && std::ranges::binary_search(elements, *wanted);
    };
    if (const auto* text = container.as<std::string>()) {
        const auto* part = element.as<std::string>();
        return part && text->find(*part) != std::string::npos;
    }
    if (const auto* binary = container.as<Binary>()) {
        const auto* part = element.as<Binary>();
        return part && binary->bytes.find(part->bytes) != std::string::npos;
    }
    if (const auto* set = container.as<StringSet>()) {
        return isIn(set->elements, element.as<std::string>());
    }
    if (const auto* set = container.as<NumberSet>()) {
        return isIn(set->elements, element.as<Number>());
    }
    if (const auto* set = container.as<BinarySet>()) {
        const auto* bytes = element.as<Binary>();
        return isIn(set->elements, bytes ? &bytes->bytes : nullptr);
    }
    if (const auto* list = container.as<List>()) {
        return std::ranges::find(*list, element) != list->end();
    }
    return false;
}

bool beginsWith(const AttributeValue& value, const AttributeValue& prefix) {
    if (const auto* text = value.as<std::string>()) {
        const auto* start = prefix.as<std::string>();
        return start && text->starts_with(*start);
    }
    const auto* binary = value.as<Binary>();
    const auto* start = prefix.as<Binary>();
    return binary && start && binary->bytes.starts_with(start->bytes);
}

bool hasType(const AttributeValue& value, const AttributeValue& typeName) {
    return wireName(value.type()) == *typeName.as<std::string>();
}

// The value of an operand for an item, or null if there is none. Points into the item, the
// condition or this object.
class Evaluated {
public:
    Evaluated(const Operand& operand, const Item* item)
        : m_value(std::visit(Overloaded{
                                 [&](const Path& path) { return valueOf(path, item); },
                                 [&](const SharedValue& value) { return valueOf(value, item); },
                                 [&](const SizeOf& size) { return count(size, item); },
                             },
                             operand)) {}
    Evaluated(const Evaluated&) = delete;
    Evaluated& operator=(const Evaluated&) = delete;

    explicit operator bool() const { return m_value != nullptr; }
    const AttributeValue& operator*() const { return *m_value; }
    const AttributeValue* operator->() const { return m_value; }

private:
    static const AttributeValue* valueOf(const Path& path, const Item* item) {
        return item ? find(*item, path) : nullptr;
    }
    static const AttributeValue* valueOf(const SharedValue& value, const Item*) {
        return value.get();
    }

    const AttributeValue* count(const SizeOf& size, const Item* item) {
        const AttributeValue* value =
            std::visit(Overloaded{
                           [&](const Path& path) { return valueOf(path, item); },
                           [&](const SharedValue& shared) { return valueOf(shared, item); },
                       },
                       size.argument);
        const auto counted = value ? sizeOf(*value) : std::nullopt;
        if (!counted) return nullptr;
        m_size = AttributeValue::number(Number::fromInteger(static_cast<std::int64_t>(*counted)));
        return &m_size;
    }

    AttributeValue m_size;
    const AttributeValue* m_value;  // Initialized after m_size, which it may point to.
};

bool compare(const Evaluated& left, Comparator comparator, const Evaluated& right) {
    const bool bothExist = left && right;
    if (comparator == Comparator::Equal) return bothExist && *left == *right;
    if (comparator == Comparator::NotEqual) return !bothExist || *left != *right;
    if (!bothExist) return false;
    const auto order = compareOrdered(*left, *right);
    if (!order) return false;
    switch (comparator) {
        case Comparator::Less:
            return *order < 0;
        case Comparator::LessOrEqual:
            return *order <= 0;
        case Comparator::Greater:
            return *order > 0;
        case Comparator::GreaterOrEqual:
            return *order >= 0;
        case Comparator::Equal:
        case Comparator::NotEqual:
            break;
    }
    CHECK(false);  // These two are done above.
}

struct Matcher {
    const Item* item;

    bool operator()(const Comparison& node) const {
        return compare(Evaluated(node.left, item), node.comparator, Evaluated(node.right, item));
    }
    bool operator()(const Between& node) const {
        const Evaluated value(node.value, item);
        return compare(value, Comparator::GreaterOrEqual, Evaluated(node.lower, item)) &&
               compare(value, Comparator::LessOrEqual, Evaluated(node.upper, item));
    }
    bool operator()(const In& node) const {
        const Evaluated value(node.value, item);
        return std::ranges::any_of(node.candidates, [&](const Operand& candidate) {
            return compare(value, Comparator::Equal, Evaluated(candidate, item));
        });
    }
    bool operator()(const FunctionCall& node) const {
        const Evaluated first(node.arguments[0], item);
        const auto bothMeet = [&](bool (*test)(const AttributeValue&, const AttributeValue&)) {
            const Evaluated second(node.arguments[1], item);
            return first && second && test(*first, *second);
        };
        switch (node.function) {
            case ConditionFunction::AttributeExists:
                return static_cast<bool>(first);
            case ConditionFunction::AttributeNotExists:
                return !first;
            case ConditionFunction::AttributeType:
                return bothMeet(hasType);
            case ConditionFunction::BeginsWith:
                return bothMeet(beginsWith);
            case ConditionFunction::Contains:
                return bothMeet(containsElement);
        }
        CHECK(false);
    }
    bool operator()(const And& node) const {
        return std::ranges::all_of(node.conditions,
                                   [&](const Condition& each) { return matches(each, item); });
    }
    bool operator()(const Or& node) const {
        return std::ranges::any_of(node.conditions,
                                   [&](const Condition& each) { return matches(each, item); });
    }
    bool operator()(const Not& node) const { return !matches(node.condition.front(), item); }
};

struct PathCollector {
    std::vector<const Path*>& paths;

    void add(const Operand& operand) const { std::visit(*this, operand); }
    void add(const std::vector<Condition>& conditions) const {
        for (const Condition& condition : conditions)
            std::visit(*this, condition.node);
    }

    void operator()(const Path& path) const { paths.push_back(&path); }
    void operator()(const SharedValue&) const {}
    void operator()(const SizeOf& size) const { std::visit(*this, size.argument); }

    void operator()(const Comparison& node) const {
        add(node.left);
        add(node.right);
    }
    void operator()(const Between& node) const {
        add(node.value);
        add(node.lower);
        add(node.upper);
    }
    void operator()(const In& node) const {
        add(node.value);
        for (const Operand& candidate : node.candidates)
            add(candidate);
    }
    void operator()(const FunctionCall& node) const {
        for (const Operand& argument : node.arguments)
            add(argument);
    }
    void operator()(const And& node) const { add(node.conditions); }
    void operator()(const Or& node) const { add(node.conditions); }
    void operator()(const Not& node) const { add(node.condition); }
};

}  // namespace

bool matches(const Condition& condition, const Item* item) {
    return std::visit(Matcher{item}, condition.node);
}

std::vector<const Path*> paths(const Condition& condition) {
    std::vector<const Path*> result;
    std::visit(PathCollector{result}, condition.node);
    return result;
}

ApiResult<void> checkFilterAvoidsKey(const Condition& filter, const KeySchema& schema,
                                     std::string_view parameter) {
    const std::vector<const Path*> all = paths(filter);
    const auto check = [&](const std::string& attribute) -> ApiResult<void> {
        if (std::ranges::none_of(all, [&](const Path* path) { return path->top() == attribute; })) {
            return {};
        }
        return std::unexpected(ApiError::validation(
            std::string(parameter) +
            " can only contain non-primary key attributes: Primary key attribute: " + attribute));
    };
    for (const types::KeyAttribute& attribute : schema.attributes())
        TRY(check(attribute.name));
    return {};
}

}  // namespace orrery::expression
