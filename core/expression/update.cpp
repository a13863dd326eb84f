#include "core/expression/update.h"

#include <algorithm>
#include <optional>

#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/base/result.h"
#include "core/expression/path_steps.h"
#include "core/expression/projection.h"
#include "core/types/item_size.h"

namespace orrery::expression {

using types::AttributeMap;
using types::AttributeType;
using types::AttributeValue;
using types::BinarySet;
using types::Item;
using types::List;
using types::Number;
using types::NumberSet;
using types::StringSet;

namespace {

std::unexpected<ApiError> fail(std::string message) {
    return std::unexpected(ApiError::validation(std::move(message)));
}

std::unexpected<ApiError> wrongOperandType(UpdateStyle style) {
    return style == UpdateStyle::Legacy
               ? fail("Type mismatch for attribute to update")
               : fail("An operand in the update expression has an incorrect data type");
}

// The value that a SET assigns, computed from the old item. The parser bounds the depth.
ApiResult<AttributeValue> evaluate(const UpdateValue& value, const Item& old);

ApiResult<AttributeValue> evaluateSum(UpdateFunction function, const AttributeValue& left,
                                      const AttributeValue& right) {
    const auto* a = left.as<Number>();
    const auto* b = right.as<Number>();
    if (!a || !b) return wrongOperandType(UpdateStyle::Expression);
    TRY_ASSIGN(const Number result,
               function == UpdateFunction::Plus ? Number::add(*a, *b) : Number::subtract(*a, *b));
    return AttributeValue::number(result);
}

ApiResult<AttributeValue> evaluateIfNotExists(const UpdateCall& call, const Item& old) {
    const AttributeValue* current = find(old, std::get<Path>(call.arguments[0]));
    if (current) return *current;
    return evaluate(call.arguments[1], old);
}

ApiResult<AttributeValue> append(AttributeValue left, AttributeValue right) {
    auto* list = left.as<List>();
    auto* tail = right.as<List>();
    if (!list || !tail) return wrongOperandType(UpdateStyle::Expression);
    std::ranges::move(*tail, std::back_inserter(*list));
    return left;
}

ApiResult<AttributeValue> evaluateCall(const UpdateCall& call, const Item& old) {
    if (call.function == UpdateFunction::IfNotExists) return evaluateIfNotExists(call, old);
    TRY_ASSIGN(AttributeValue left, evaluate(call.arguments[0], old));
    TRY_ASSIGN(AttributeValue right, evaluate(call.arguments[1], old));
    switch (call.function) {
        case UpdateFunction::Plus:
        case UpdateFunction::Minus:
            return evaluateSum(call.function, left, right);
        case UpdateFunction::ListAppend:
            return append(std::move(left), std::move(right));
        case UpdateFunction::IfNotExists:
            break;
    }
    CHECK(false);  // IfNotExists is done above: it need not evaluate its second argument.
}

ApiResult<AttributeValue> evaluate(const UpdateValue& value, const Item& old) {
    using Result = ApiResult<AttributeValue>;
    return std::visit(Overloaded{
                          [&](const Path& path) -> Result {
                              if (const AttributeValue* current = find(old, path)) return *current;
                              return fail(
                                  "The provided expression refers to an attribute that does not "
                                  "exist in the item");
                          },
                          [](const SharedValue& shared) -> Result { return *shared; },
                          [&](const UpdateCall& call) -> Result { return evaluateCall(call, old); },
                      },
                      value);
}

template <typename Set>
std::optional<AttributeValue> unite(const AttributeValue& current, const AttributeValue& added) {
    const auto* a = current.as<Set>();
    const auto* b = added.as<Set>();
    if (!a || !b) return std::nullopt;
    Set result;
    std::ranges::set_union(a->elements, b->elements, std::back_inserter(result.elements));
    return AttributeValue(std::move(result));
}

// The rest of a set. An empty set is no value; the caller removes it.
template <typename Set>
bool subtract(const AttributeValue& current, const AttributeValue& removed,
              std::optional<AttributeValue>& left) {
    const auto* a = current.as<Set>();
    const auto* b = removed.as<Set>();
    if (!a || !b) return false;
    Set result;
    std::ranges::set_difference(a->elements, b->elements, std::back_inserter(result.elements));
    if (!result.elements.empty()) left = AttributeValue(std::move(result));
    return true;
}

ApiResult<AttributeValue> add(const AttributeValue* current, const AttributeValue& added,
                              UpdateStyle style) {
    if (!current) return added;
    if (current->as<Number>() && added.as<Number>()) {
        return evaluateSum(UpdateFunction::Plus, *current, added);
    }
    if (auto united = unite<StringSet>(*current, added)) return *std::move(united);
    if (auto united = unite<NumberSet>(*current, added)) return *std::move(united);
    if (auto united = unite<BinarySet>(*current, added)) return *std::move(united);
    const bool appends = style == UpdateStyle::Legacy && current->as<List>() && added.as<List>();
    if (!appends) return wrongOperandType(style);
    List list = *current->as<List>();
    std::ranges::copy(*added.as<List>(), std::back_inserter(list));
    return AttributeValue(std::move(list));
}

// One change of the item: a new value for a path, or no value to remove it.
struct Change {
    const Path* path;
    std::optional<AttributeValue> value;
};

AttributeType parentTypeOf(const PathElement& element) {
    return std::visit(Overloaded{
                          [](const std::string&) { return AttributeType::Map; },
                          [](std::uint32_t) { return AttributeType::List; },
                      },
                      element);
}

// The parent of a nested path must be a map or a list, as its last element requires.
ApiResult<void> checkTarget(const Path& path, const Item& old) {
    if (!path.isNested()) return {};
    Path parentPath = path;
    parentPath.elements.pop_back();
    const AttributeValue* parent = find(old, parentPath);
    if (parent && parent->type() == parentTypeOf(path.elements.back())) return {};
    return fail("The document path provided in the update expression is invalid for update");
}

// Nothing if the step does not change the item.
ApiResult<std::optional<Change>> changeOf(const UpdateStep& step, UpdateStyle style,
                                          const Item& old) {
    const AttributeValue* current = find(old, step.path);
    Change change{&step.path, std::nullopt};
    switch (step.action) {
        case UpdateAction::Set: {
            TRY_ASSIGN(change.value, evaluate(step.value, old));
            TRY(checkTarget(step.path, old));
            return change;
        }
        case UpdateAction::Remove: {
            TRY(checkTarget(step.path, old));
            if (!current) return std::nullopt;
            return change;
        }
        case UpdateAction::Add: {
            TRY(checkTarget(step.path, old));
            TRY_ASSIGN(change.value, add(current, *std::get<SharedValue>(step.value), style));
            return change;
        }
        case UpdateAction::Delete: {
            TRY(checkTarget(step.path, old));
            if (!current) return std::nullopt;
            const AttributeValue& removed = *std::get<SharedValue>(step.value);
            const bool areSets = subtract<StringSet>(*current, removed, change.value) ||
                                 subtract<NumberSet>(*current, removed, change.value) ||
                                 subtract<BinarySet>(*current, removed, change.value);
            if (!areSets) return wrongOperandType(style);
            return change;
        }
    }
    CHECK(false);
}

// The map or list that contains the last element of a nested path; checkTarget has checked it.
AttributeValue& parentOf(Item& item, const Path& path) {
    AttributeValue* value = item.find(path.top());
    for (std::size_t i = 1; i + 1 < path.elements.size(); ++i) {
        CHECK(value);
        value = child(*value, path.elements[i]);
    }
    CHECK(value);
    return *value;
}

void put(Item& item, const Path& path, AttributeValue value) {
    if (!path.isNested()) {
        item.set(path.top(), std::move(value));
        return;
    }
    AttributeValue& parent = parentOf(item, path);
    std::visit(Overloaded{
                   [&](const std::string& name) {
                       parent.as<AttributeMap>()->set(name, std::move(value));
                   },
                   [&](std::uint32_t index) {
                       List& list = *parent.as<List>();
                       if (index < list.size()) {
                           list[index] = std::move(value);
                       } else {
                           list.push_back(std::move(value));  // An index beyond the end appends.
                       }
                   },
               },
               path.elements.back());
}

void remove(Item& item, const Path& path) {
    if (!path.isNested()) {
        item.erase(path.top());
        return;
    }
    AttributeValue& parent = parentOf(item, path);
    std::visit(Overloaded{
                   [&](const std::string& name) { parent.as<AttributeMap>()->erase(name); },
                   [&](std::uint32_t index) {
                       List& list = *parent.as<List>();
                       list.erase(list.begin() + index);
                   },
               },
               path.elements.back());
}

ApiResult<void> checkLimits(const std::vector<Change>& changes, const Item& updated,
                            UpdateStyle style) {
    if (types::itemBytes(updated) > types::kItemBytesMax) {
        return fail("Item size to update has exceeded the maximum allowed size");
    }
    for (const Change& change : changes) {
        if (!change.value) continue;
        const AttributeValue* value = updated.find(change.path->top());
        if (!value || types::nestingLevels(*value) <= types::kNestingMax) continue;
        if (style == UpdateStyle::Statement)
            return fail("Nesting Levels have exceeded supported limits");
        return fail(
            "Nesting Levels have exceeded supported limits: Attributes in the item have nested "
            "levels beyond supported limit");
    }
    return {};
}

}  // namespace

bool createsItem(const Update& update) {
    return update.steps.empty() || std::ranges::any_of(update.steps, [](const UpdateStep& step) {
               return step.action == UpdateAction::Set || step.action == UpdateAction::Add;
           });
}

ApiResult<Item> apply(const Update& update, const Item& old) {
    std::vector<Change> changes;
    for (const UpdateStep& step : update.steps) {
        TRY_ASSIGN(std::optional<Change> change, changeOf(step, update.style, old));
        if (change) changes.push_back(*std::move(change));
    }
    // Values first, by ascending index, so that appended ones keep the order of their indexes; they
    // shift nothing. Then removals, by descending index, so that no removal shifts the target of
    // another.
    std::ranges::sort(changes, [](const Change& a, const Change& b) { return *a.path < *b.path; });
    Item updated = old;
    for (const Change& change : changes) {
        if (change.value) put(updated, *change.path, *change.value);
    }
    for (auto change = changes.rbegin(); change != changes.rend(); ++change) {
        if (!change->value) remove(updated, *change->path);
    }
    TRY(checkLimits(changes, updated, update.style));
    return updated;
}

Item updatedAttributes(const Update& update, const Item& item) {
    Projection touched;
    for (const UpdateStep& step : update.steps)
        touched.paths.push_back(step.path);
    return project(item, touched);
}

}  // namespace orrery::expression
