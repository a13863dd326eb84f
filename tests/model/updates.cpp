#include "tests/model/updates.h"

#include <algorithm>
#include <utility>

namespace orrery::test::model {
namespace {

using Kind = Change::Kind;

// The new value of a path; none removes it.
struct Effect {
    const Change* change = nullptr;
    std::optional<Value> value;
};

struct Computed {
    std::optional<std::string_view> error;
    std::optional<Value> value;
};

Computed sum(const Value& left, const Value& right, bool isMinus) {
    if (typeOf(left) != "N" || typeOf(right) != "N") return {kWrongType, {}};
    const std::int64_t other = tenthsOf(right);
    return {{}, numberValue(tenthsOf(left) + (isMinus ? -other : other))};
}

Computed appended(const Value& left, const Value& right) {
    if (typeOf(left) != "L" || typeOf(right) != "L") return {kWrongType, {}};
    Value list = left;
    for (const auto& element : elementsOf(right))
        elementsOf(list).push_back(element);
    return {{}, list};
}

Computed assigned(const Change& change, const Attributes& old) {
    if (change.kind == Kind::Set) return {{}, change.value};
    const Value* source = find(old, change.source);
    if (change.kind == Kind::IfNotExists) return {{}, source != nullptr ? *source : change.value};
    if (source == nullptr) return {kNoAttribute, {}};
    if (change.kind == Kind::Copy) return {{}, *source};
    if (change.kind == Kind::Append) return appended(*source, change.value);
    return sum(*source, change.value, change.kind == Kind::Minus);
}

Computed added(const Value& current, const Value& value) {
    if (!isSet(current)) return sum(current, value, false);
    if (typeOf(current) != typeOf(value)) return {kWrongType, {}};
    Value set = current;
    for (const auto& element : elementsOf(value)) {
        if (std::ranges::count(elementsOf(current), element) == 0)
            elementsOf(set).push_back(element);
    }
    return {{}, sorted(set)};
}

Computed taken(const Value& current, const Value& value) {
    if (!isSet(current) || typeOf(current) != typeOf(value)) return {kWrongType, {}};
    boost::json::array left;
    for (const auto& element : elementsOf(current)) {
        if (std::ranges::count(elementsOf(value), element) == 0) left.push_back(element);
    }
    if (left.empty()) return {};
    return {{}, Value{{typeOf(current), left}}};
}

bool hasTarget(const Path& path, const Attributes& old) {
    if (!path.isNested()) return true;
    Path parent = path;
    parent.steps.pop_back();
    const Value* value = find(old, parent);
    return value != nullptr && typeOf(*value) == (path.steps.back().index < 0 ? "M" : "L");
}

Value* stepIn(Value& value, const Path::Step& step) {
    auto& content = value.as_object().begin()->value();
    if (step.index < 0) return content.as_object().if_contains(step.name);
    return content.as_array().if_contains(static_cast<std::size_t>(step.index));
}

// The object with the members that the last step of a path names, or the list with its element.
Value* parentIn(Attributes& item, const Path& path) {
    Value* value = item.if_contains(path.top());
    for (std::size_t i = 1; i + 1 < path.steps.size(); ++i)
        value = stepIn(*value, path.steps[i]);
    return value;
}

void put(Attributes& item, const Path& path, const Value& value) {
    if (!path.isNested()) {
        item[path.top()] = value;
        return;
    }
    auto& content = parentIn(item, path)->as_object().begin()->value();
    const Path::Step& last = path.steps.back();
    if (last.index < 0) {
        content.as_object()[last.name] = value;
        return;
    }
    auto& list = content.as_array();
    const auto index = static_cast<std::size_t>(last.index);
    if (index < list.size()) {
        list[index] = value;
    } else {
        list.push_back(value);
    }
}

void erase(Attributes& item, const Path& path) {
    if (!path.isNested()) {
        item.erase(path.top());
        return;
    }
    auto& content = parentIn(item, path)->as_object().begin()->value();
    const Path::Step& last = path.steps.back();
    if (last.index < 0) {
        content.as_object().erase(last.name);
        return;
    }
    auto& list = content.as_array();
    const auto index = static_cast<std::size_t>(last.index);
    if (index < list.size()) list.erase(list.begin() + last.index);
}

// What a change asks for, from the old item.
Computed computed(const Change& change, const Attributes& old) {
    Computed result;
    if (change.assigns()) result = assigned(change, old);
    if (result.error) return result;
    if (!hasTarget(change.path, old)) return {kInvalidPath, {}};
    const Value* current = find(old, change.path);
    if (change.kind == Kind::Add)
        return current == nullptr ? Computed{{}, change.value} : added(*current, change.value);
    if (change.kind == Kind::Delete)
        return current == nullptr ? Computed{} : taken(*current, change.value);
    return result;
}

}  // namespace

Updated applied(const Changes& update, const Attributes* old, const Attributes& key) {
    Updated result;
    if (old == nullptr && std::ranges::all_of(update, &Change::onlyTakes) && !update.empty())
        return result;
    const Attributes base = old == nullptr ? key : *old;
    std::vector<Effect> effects;
    for (const Change& change : update) {
        Computed done = computed(change, base);
        if (done.error) {
            result.errors.push_back(*done.error);
        } else {
            effects.push_back({&change, std::move(done.value)});
        }
    }
    if (!result.errors.empty()) return result;
    // Elements beyond the end of a list are appended in the order of their indexes, and what is
    // removed shifts nothing that another change means.
    std::ranges::sort(effects, {}, [](const Effect& effect) {
        return std::pair(effect.change->path.steps.back().index, effect.change);
    });
    Attributes item = base;
    for (const Effect& effect : effects) {
        if (effect.value) put(item, effect.change->path, *effect.value);
    }
    for (auto effect = effects.rbegin(); effect != effects.rend(); ++effect) {
        if (!effect->value) erase(item, effect->change->path);
    }
    result.item = std::move(item);
    return result;
}

}  // namespace orrery::test::model
