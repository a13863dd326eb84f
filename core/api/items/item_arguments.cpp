#include "core/api/items/item_arguments.h"

#include <algorithm>

#include "core/base/result.h"
#include "core/types/item_size.h"
#include "core/types/wire_codec.h"

namespace orrery::api {
namespace {

constexpr std::size_t kSubstitutionBytesMax = 2 * 1024 * 1024;

std::string join(std::span<const std::string_view> names, std::string_view separator) {
    std::string text;
    for (const std::string_view name : names) {
        if (!text.empty()) text += separator;
        text += name;
    }
    return text;
}

std::vector<std::string_view> present(const Fields& request,
                                      std::span<const std::string_view> names) {
    std::vector<std::string_view> found;
    for (const std::string_view name : names)
        if (request.has(name)) found.push_back(name);
    return found;
}

std::unexpected<ApiError> invalid(std::string message) {
    return std::unexpected(ApiError::validation(std::move(message)));
}

ApiResult<std::vector<types::AttributeValue>> takeValueList(const Fields& fields) {
    std::vector<types::AttributeValue> values;
    const json::Value* list = fields.find("AttributeValueList");
    if (list == nullptr) return values;
    for (const json::Value* element : elementsOf(*list)) {
        TRY_ASSIGN(types::AttributeValue value, types::valueFromJson(*element));
        values.push_back(std::move(value));
    }
    return values;
}

}  // namespace

ApiResult<void> checkExpressionStyle(const Fields& request,
                                     std::span<const std::string_view> expressions,
                                     std::span<const std::string_view> legacy) {
    const auto usedExpressions = present(request, expressions);
    if (!usedExpressions.empty()) {
        const auto usedLegacy = present(request, legacy);
        if (!usedLegacy.empty())
            return invalid(
                "Can not use both expression and non-expression parameters in the same request: "
                "Non-expression parameters: {" +
                join(usedLegacy, ", ") + "} Expression parameters: {" +
                join(usedExpressions, ", ") + "}");
    }
    if (usedExpressions.empty() && request.has("ExpressionAttributeNames"))
        return invalid("ExpressionAttributeNames can only be specified when using expressions");
    if (!request.has("ExpressionAttributeValues")) return {};
    // A projection takes no values.
    std::vector<std::string_view> withValues(expressions.begin(), expressions.end());
    std::erase(withValues, "ProjectionExpression");
    if (withValues.empty() || !present(request, withValues).empty()) return {};
    const std::string text =
        "ExpressionAttributeValues can only be specified when using expressions";
    std::string older = text + ": " + join(withValues, " and ") +
                        (withValues.size() == 1 ? " is null" : " are null");
    // The newer layer's text is recorded for writes only.
    const bool isWrite = std::ranges::find(withValues, "ConditionExpression") != withValues.end();
    return std::unexpected(ApiError::validation(std::move(older), isWrite ? text : ""));
}

ApiResult<expression::Substitutions> takeSubstitutions(const Fields& request) {
    using expression::Substitutions;
    std::optional<Substitutions::Names> names;
    std::optional<types::Item> values;
    std::size_t bytes = 0;
    if (const json::Value* map = request.find("ExpressionAttributeNames"); map != nullptr) {
        names.emplace();
        std::vector<std::string_view> keys;
        for (const auto& [key, value] : request.entries("ExpressionAttributeNames")) {
            keys.push_back(key);
            names->emplace_back(key, textOf(*value));
            bytes += key.size() + names->back().second.size();
        }
        TRY(Substitutions::checkNameKeys(keys));
    }
    if (request.has("ExpressionAttributeValues")) {
        const auto entries = request.entries("ExpressionAttributeValues");
        std::vector<std::string_view> keys;
        for (const auto& [key, value] : entries)
            keys.push_back(key);
        TRY(Substitutions::checkValueKeys(keys));
        values.emplace();
        // The older layer counts the levels inside the value only.
        const int levelsMax =
            request.layer() == Layer::Newer ? types::kNestingMax : types::kNestingMax + 1;
        for (const auto& [key, json] : entries) {
            auto value = types::valueFromJson(*json, levelsMax);
            if (!value) return std::unexpected(Substitutions::invalidValue(value.error(), key));
            bytes += key.size() + types::attributeBytes(*value);
            values->set(std::string(key), *std::move(value));
        }
    }
    // The limit is documented (Constraints.html, "Expression parameters"); the text is ours.
    if (bytes > kSubstitutionBytesMax)
        return invalid(
            "The names and values that the expressions refer to exceed the maximum of 2 MB");
    return Substitutions::create(std::move(names), std::move(values));
}

ApiResult<types::Item> takeItem(const Fields& request, std::string_view member) {
    const json::Value* value = request.find(member);
    if (value == nullptr) return types::Item();
    return types::itemFromJson(*value);
}

ApiResult<types::Item> takeItem(const json::Value& map) {
    return types::itemFromJson(map);
}

ApiResult<std::optional<expression::Condition>> takeCondition(
    const Fields& request, std::string_view member, expression::Kind kind,
    expression::Substitutions& substitutions) {
    const auto text = request.optionalText(member);
    if (!text) return std::nullopt;
    TRY_ASSIGN(expression::Condition condition,
               expression::parseCondition(*text, kind, substitutions));
    return condition;
}

ApiResult<std::optional<expression::Projection>> takeProjection(
    const Fields& request, expression::Substitutions& substitutions) {
    if (const auto text = request.optionalText("ProjectionExpression")) {
        TRY_ASSIGN(expression::Projection projection,
                   expression::parseProjection(*text, substitutions));
        return projection;
    }
    if (!request.has("AttributesToGet")) return std::nullopt;
    TRY_ASSIGN(expression::Projection projection,
               expression::projectionFromAttributesToGet(request.strings("AttributesToGet")));
    return projection;
}

expression::ConditionalOperator takeConditionalOperator(const Fields& request) {
    return request.text("ConditionalOperator") == "OR" ? expression::ConditionalOperator::Or
                                                       : expression::ConditionalOperator::And;
}

ApiResult<void> checkConditionalOperator(const Fields& request, std::string_view member) {
    if (!request.has("ConditionalOperator")) return {};
    if (!request.has(member))
        return invalid("ConditionalOperator cannot be used without Filter or Expected");
    if (request.size(member) < 2)
        return invalid(
            "ConditionalOperator can only be used when Filter or Expected has two or more "
            "elements");
    return {};
}

ApiResult<std::optional<expression::Condition>> takeExpected(const Fields& request) {
    TRY(checkConditionalOperator(request, "Expected"));
    const auto entries = request.entries("Expected");
    if (entries.empty()) return std::nullopt;
    std::vector<expression::ExpectedAttribute> expected;
    for (const auto& [name, json] : entries) {
        const Fields fields = fieldsOf(*json);
        expression::ExpectedAttribute attribute;
        attribute.attribute = name;
        if (const auto comparison = fields.optionalText("ComparisonOperator"))
            attribute.comparisonOperator = std::string(*comparison);
        attribute.exists = fields.optionalFlag("Exists");
        if (fields.has("AttributeValueList")) {
            TRY_ASSIGN(attribute.valueList, takeValueList(fields));
        }
        if (const json::Value* value = fields.find("Value"); value != nullptr) {
            TRY_ASSIGN(attribute.value, types::valueFromJson(*value));
        }
        expected.push_back(std::move(attribute));
    }
    TRY_ASSIGN(expression::Condition condition,
               expression::conditionFromExpected(expected, takeConditionalOperator(request)));
    return condition;
}

ApiResult<std::vector<expression::AttributeCondition>> takeConditions(const Fields& request,
                                                                      std::string_view member) {
    std::vector<expression::AttributeCondition> conditions;
    for (const auto& [name, json] : request.entries(member)) {
        const Fields fields = fieldsOf(*json);
        expression::AttributeCondition condition;
        condition.attribute = name;
        condition.comparisonOperator = fields.text("ComparisonOperator");
        TRY_ASSIGN(condition.valueList, takeValueList(fields));
        conditions.push_back(std::move(condition));
    }
    return conditions;
}

// The ARN of an index names no table: recorded by ExtendDB (test_table_arn_as_name.py), without the
// text, which is the one for an ARN of another Region.
ApiResult<cluster::TablePtr> findTable(const cluster::Catalog& catalog,
                                       const cluster::Caller& caller, std::string_view nameOrArn) {
    if (nameOrArn.starts_with("arn:") && nameOrArn.find("/index/") != nameOrArn.npos)
        return invalid("Invalid TableArn: Invalid ResourceArn provided as input " +
                       std::string(nameOrArn));
    cluster::TablePtr table = catalog.find(caller, nameOrArn);
    const bool there = table != nullptr && table->status != cluster::TableStatus::Creating &&
                       table->status != cluster::TableStatus::Deleting;
    if (!there) return std::unexpected(ApiError::resourceNotFound());
    return table;
}

ApiResult<void> checkKeyPaths(const cluster::TableDescription& table,
                              std::span<const expression::Path* const> paths) {
    // Most requests have no nested path, so there is nothing to check.
    if (std::ranges::none_of(paths, [](const auto* path) { return path->isNested(); })) return {};
    std::vector<types::KeySchema> indexes;
    for (const cluster::SecondaryIndex& index : table.indexes)
        indexes.push_back(index.keys);
    return expression::checkKeyPaths(paths, table.keys, indexes);
}

}  // namespace orrery::api
