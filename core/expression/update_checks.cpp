#include <algorithm>
#include <optional>
#include <string_view>

#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/base/result.h"
#include "core/expression/operands.h"
#include "core/expression/update.h"

namespace orrery::expression {

using types::AttributeType;
using types::AttributeValue;
using types::Item;
using types::KeyAttribute;
using types::KeySchema;

namespace {

std::unexpected<ApiError> fail(std::string message) {
    return std::unexpected(ApiError::validation(std::move(message)));
}

// The type of a value, if it is the same for every item.
std::optional<AttributeType> typeOf(const UpdateValue& value);

std::optional<AttributeType> typeOfCall(const UpdateCall& call) {
    switch (call.function) {
        case UpdateFunction::Plus:
        case UpdateFunction::Minus:
            return AttributeType::Number;
        case UpdateFunction::IfNotExists:
            return typeOf(call.arguments[1]);
        case UpdateFunction::ListAppend:
            return AttributeType::List;
    }
    CHECK(false);
}

std::optional<AttributeType> typeOf(const UpdateValue& value) {
    return std::visit(
        Overloaded{
            [&]<OneOf<Path, SharedValue> T>(const T&) { return literalTypeOf(value); },
            [](const UpdateCall& call) { return typeOfCall(call); },
        },
        value);
}

// The service's word for an empty text or binary; nothing for other values.
std::optional<std::string_view> emptyKind(const AttributeValue& value) {
    if (const auto* text = value.as<std::string>(); text && text->empty()) return "string";
    if (const auto* binary = value.as<types::Binary>(); binary && binary->bytes.empty())
        return "binary";
    return std::nullopt;
}

void collectPaths(const UpdateValue& value, std::vector<const Path*>& paths) {
    std::visit(Overloaded{
                   [&](const Path& path) {
                       if (!path.elements.empty()) paths.push_back(&path);
                   },
                   [](const SharedValue&) {},
                   [&](const UpdateCall& call) {
                       for (const UpdateValue& argument : call.arguments)
                           collectPaths(argument, paths);
                   },
               },
               value);
}

// Calls `visit(step, key attribute, index)` for each step that assigns a key attribute of an index,
// in the order of the indexes, until one fails.
template <typename Visit>
ApiResult<void> forEachIndexKey(const Update& update, std::span<const NamedKeySchema> indexes,
                                Visit visit) {
    const auto visitKey = [&](const KeyAttribute& key,
                              const NamedKeySchema& index) -> ApiResult<void> {
        for (const UpdateStep& step : update.steps) {
            const bool assigns =
                step.action == UpdateAction::Set || step.action == UpdateAction::Add;
            if (assigns && !step.path.isNested() && step.path.top() == key.name)
                TRY(visit(step, key, index));
        }
        return {};
    };
    for (const NamedKeySchema& index : indexes) {
        for (const KeyAttribute& key : index.schema->attributes())
            TRY(visitKey(key, index));
    }
    return {};
}

}  // namespace

ApiResult<void> checkKeyUntouched(const Update& update, const KeySchema& schema) {
    const auto check = [&](const KeyAttribute& key) -> ApiResult<void> {
        const bool touched = std::ranges::any_of(
            update.steps, [&](const UpdateStep& step) { return step.path.top() == key.name; });
        if (!touched) return {};
        return fail("One or more parameter values were invalid: Cannot update attribute " +
                    key.name + ". This attribute is part of the key");
    };
    TRY(check(schema.partition));
    if (schema.sort) TRY(check(*schema.sort));
    return {};
}

ApiResult<void> checkIndexKeyTypes(const Update& update, std::span<const NamedKeySchema> indexes) {
    return forEachIndexKey(
        update, indexes,
        [](const UpdateStep& step, const KeyAttribute& key,
           const NamedKeySchema& index) -> ApiResult<void> {
            const auto type = typeOf(step.value);
            if (!type || *type == key.type) return {};
            return fail("One or more parameter values were invalid: Type mismatch for Index Key " +
                        key.name + " Expected: " + std::string(wireName(key.type)) + " Actual: " +
                        std::string(wireName(*type)) + " IndexName: " + std::string(index.name));
        });
}

ApiResult<void> checkUpdatedIndexKeys(const Update& update, const Item& updated,
                                      std::span<const NamedKeySchema> indexes) {
    return forEachIndexKey(
        update, indexes,
        [&](const UpdateStep&, const KeyAttribute& key,
            const NamedKeySchema& index) -> ApiResult<void> {
            const AttributeValue* value = updated.find(key.name);
            if (!value) return {};
            if (value->type() != key.type)
                return fail(
                    "The update expression attempted to update the secondary index key to "
                    "unsupported type");
            if (const auto kind = emptyKind(*value))
                return fail(
                    "One or more parameter values are not valid. The update expression attempted "
                    "to update a secondary index key to a value that is not supported. The "
                    "AttributeValue for a key attribute cannot contain an empty " +
                    std::string(*kind) + " value.");
            // The only remaining error is the length. The service's text for it is not known.
            Item touched;
            touched.set(key.name, *value);
            return types::checkIndexKeys(touched, *index.schema, index.name);
        });
}

std::vector<const Path*> paths(const Update& update) {
    std::vector<const Path*> result;
    for (const UpdateStep& step : update.steps) {
        result.push_back(&step.path);
        if (step.action == UpdateAction::Set) collectPaths(step.value, result);
    }
    return result;
}

}  // namespace orrery::expression
