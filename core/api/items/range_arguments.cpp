#include "core/api/items/range_arguments.h"

#include <algorithm>
#include <set>

#include "core/base/result.h"
#include "core/expression/legacy.h"
#include "core/types/storage_key.h"
#include "core/types/wire_codec.h"

namespace orrery::api {
namespace {

constexpr std::string_view kInvalidStart = "The provided starting key is invalid";

std::unexpected<ApiError> refuse(std::string text) {
    return std::unexpected(ApiError::validation(std::move(text)));
}

// A contradiction of Select and other members, which the newer layer gives its prefix.
std::unexpected<ApiError> refuseSelect(const std::string& text) {
    return std::unexpected(ApiError::validation(text, std::string(kOneErrorDetected) + text));
}

Select takeSelect(const Fields& request) {
    const std::string_view text = request.text("Select");
    if (text == "ALL_ATTRIBUTES") return Select::AllAttributes;
    if (text == "ALL_PROJECTED_ATTRIBUTES") return Select::AllProjected;
    if (text == "SPECIFIC_ATTRIBUTES") return Select::Specific;
    return text == "COUNT" ? Select::Count : Select::Default;
}

// Errors in numbers and sets stand alone; all others get the prefix of the start key.
ApiError startKeyError(const ApiError& error) {
    for (const std::string_view part : {"contains duplicates", "number set", "numeric value",
                                        "significant digits", "number with magnitude"})
        if (error.message.find(part) != std::string::npos) return error;
    return ApiError::validation(std::string(kInvalidStart) + ": " + error.message);
}

std::vector<std::string> keyNames(const types::KeySchema& keys) {
    std::vector<std::string> names;
    for (const types::KeyAttribute& attribute : keys.attributes())
        names.push_back(attribute.name);
    return names;
}

// The attributes of `item` that belong to the key `schema`.
types::Item keyPart(const types::Item& item, const types::KeySchema& schema) {
    types::Item part;
    for (const std::string& name : keyNames(schema))
        if (const auto* value = item.find(name); value != nullptr) part.set(name, *value);
    return part;
}

}  // namespace

bool isProjected(const cluster::TableDescription& table, const cluster::SecondaryIndex& index,
                 const std::string& name) {
    if (index.projection.kind == cluster::ProjectionKind::All) return true;
    for (const types::KeySchema* keys : {&table.keys, &index.keys})
        for (const std::string& key : keyNames(*keys))
            if (key == name) return true;
    return std::ranges::find(index.projection.attributes, name) !=
           index.projection.attributes.end();
}

RangeArguments takeRangeArguments(const Fields& request) {
    RangeArguments arguments;
    arguments.tableName = request.text("TableName");
    arguments.indexName = request.text("IndexName");
    arguments.select = takeSelect(request);
    arguments.consistent = request.flag("ConsistentRead");
    if (const auto limit = request.integer("Limit"))
        arguments.limit = static_cast<std::uint64_t>(*limit);
    arguments.capacity = takeCapacityDetail(request);
    return arguments;
}

ApiResult<std::optional<types::Item>> takeStartKey(const Fields& request) {
    const json::Value* value = request.find("ExclusiveStartKey");
    if (value == nullptr) return std::nullopt;
    auto key = types::itemFromJson(*value);
    if (!key) return std::unexpected(startKeyError(key.error()));
    return *std::move(key);
}

ApiResult<void> takeAttributesToGet(const Fields& request, RangeArguments& arguments) {
    if (request.has("ProjectionExpression")) return {};
    expression::Substitutions none;
    TRY_ASSIGN(arguments.projection, takeProjection(request, none));
    return {};
}

ApiResult<void> takeFilterAndProjection(const Fields& request,
                                        expression::Substitutions& substitutions,
                                        RangeArguments& arguments) {
    if (request.has("FilterExpression")) {
        TRY_ASSIGN(arguments.filter, takeCondition(request, "FilterExpression",
                                                   expression::Kind::Filter, substitutions));
    }
    if (request.has("ProjectionExpression")) {
        TRY_ASSIGN(arguments.projection, takeProjection(request, substitutions));
    }
    return {};
}

ApiResult<std::optional<expression::Condition>> takeLegacyFilter(const Fields& request,
                                                                 std::string_view member) {
    auto conditions = takeConditions(request, member);
    // The older layer measures all values before it looks at the operator.
    if (!conditions && request.layer() == Layer::Older &&
        conditions.error().message == types::kNestingExceeded)
        return std::unexpected(std::move(conditions).error());
    TRY(checkConditionalOperator(request, member));
    if (!conditions) return std::unexpected(std::move(conditions).error());
    if (conditions->empty()) return std::nullopt;
    TRY_ASSIGN(expression::Condition filter,
               expression::conditionFromFilter(*conditions, takeConditionalOperator(request)));
    return filter;
}

ApiResult<void> checkSelect(const Fields& request, const RangeArguments& arguments) {
    const bool expression = request.has("ProjectionExpression");
    const bool list = request.has("AttributesToGet");
    if (arguments.select == Select::Specific && !expression && !list)
        return refuseSelect(
            "Must specify the AttributesToGet or ProjectionExpression when choosing to get "
            "SPECIFIC_ATTRIBUTES");
    const bool other = arguments.select != Select::Default && arguments.select != Select::Specific;
    if (other && (expression || list))
        return refuseSelect("Cannot specify the " +
                            std::string(expression ? "ProjectionExpression" : "AttributesToGet") +
                            " when choosing to get " +
                            (arguments.select == Select::Count
                                 ? "only the Count"
                                 : std::string(request.text("Select"))));
    if (arguments.select == Select::AllProjected && arguments.indexName.empty())
        return refuseSelect(
            "ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName");
    return {};
}

ApiResult<void> bindTable(RangeArguments& arguments, const cluster::Catalog& catalog,
                          const cluster::Caller& caller) {
    TRY_ASSIGN(arguments.table, findTable(catalog, caller, arguments.tableName));
    if (arguments.indexName.empty()) return {};
    const cluster::SecondaryIndex* index = arguments.index();
    if (index == nullptr)
        return refuse("The table does not have the specified index: " + arguments.indexName);
    if (index->isGlobal() && arguments.consistent)
        return refuse("Consistent reads are not supported on global secondary indexes");
    if (index->isGlobal() && index->status == cluster::TableStatus::Creating)
        return refuse("Cannot read from backfilling global secondary index: " +
                      arguments.indexName);
    return {};
}

// The service's text, from dynamodb-onetable issues 93 and 377, and pynamodb issue 1178.
ApiResult<void> checkFilterProjected(const RangeArguments& arguments) {
    const cluster::SecondaryIndex* index = arguments.index();
    if (index == nullptr || !arguments.filter) return {};
    std::set<std::string_view> missing;
    for (const expression::Path* path : expression::paths(*arguments.filter))
        if (!isProjected(*arguments.table, *index, path->top())) missing.insert(path->top());
    if (missing.empty()) return {};
    std::string list;
    for (const std::string_view name : missing) {
        if (!list.empty()) list += ", ";
        list += name;
    }
    return refuse("One or more parameter values were invalid: Secondary index " + index->name +
                  " does not project one or more filter attributes: [" + list + "]");
}

ApiResult<void> bindSelect(RangeArguments& arguments) {
    const cluster::SecondaryIndex* index = arguments.index();
    if (index == nullptr) return {};
    const bool whole = index->projection.kind == cluster::ProjectionKind::All;
    if (arguments.select == Select::AllAttributes && !whole) {
        if (index->isGlobal())
            return refuse(
                "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not "
                "supported for global secondary index " +
                index->name + " because its projection type is not ALL");
        arguments.fetchFromTable = true;
    }
    if (!arguments.projection) return {};
    std::string missing;
    for (const std::string& name : expression::topLevelNames(*arguments.projection)) {
        if (isProjected(*arguments.table, *index, name)) continue;
        if (!missing.empty()) missing += ", ";
        missing += name;
    }
    if (missing.empty()) return {};
    if (index->isGlobal())
        return refuse("One or more parameter values were invalid: Global secondary index " +
                      index->name + " does not project [" + missing + "]");
    arguments.fetchFromTable = true;
    return {};
}

ApiResult<void> checkStartKeySize(const RangeArguments& arguments, std::string_view olderEnd) {
    if (!arguments.startKey) return {};
    std::vector<std::string> names = keyNames(arguments.table->keys);
    for (const std::string& name : keyNames(arguments.keys()))
        if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    if (arguments.startKey->size() == names.size()) return {};
    return std::unexpected(ApiError::validation(std::string(kInvalidStart).append(olderEnd),
                                                std::string(kInvalidStart)));
}

ApiResult<void> checkStartKeyType(const RangeArguments& arguments,
                                  const types::KeyAttribute& attribute) {
    if (!arguments.startKey) return {};
    const types::AttributeValue* value = arguments.startKey->find(attribute.name);
    if (value == nullptr) return refuse(std::string(kInvalidStart));
    if (value->type() != attribute.type)
        return refuse("The provided key element does not match the schema");
    return {};
}

ApiResult<StartPosition> bindStartKey(const RangeArguments& arguments) {
    const types::Item& start = *arguments.startKey;
    const types::KeySchema& tableKeys = arguments.table->keys;
    auto tableKey = types::keyFromRequest(keyPart(start, tableKeys), tableKeys);
    if (!tableKey) return refuse(std::string(kInvalidStart) + ": " + tableKey.error().message);
    const cluster::SecondaryIndex* index = arguments.index();
    if (index == nullptr) {
        std::string storageKey = types::storageKey(arguments.table->space, *tableKey);
        return StartPosition{*std::move(tableKey), std::move(storageKey)};
    }
    auto key = types::keyFromRequest(keyPart(start, index->keys), index->keys);
    if (!key) return refuse(std::string(kInvalidStart) + ": " + key.error().message);
    std::string storageKey = types::indexEntryKey(index->space, *key, *tableKey);
    return StartPosition{*std::move(key), std::move(storageKey)};
}

cluster::ReadRange makeRange(const RangeArguments& arguments) {
    cluster::ReadRange range;
    range.table = arguments.table;
    range.indexName = arguments.indexName;
    range.consistent = arguments.consistent;
    range.limit = arguments.limit;
    range.fetchFromTable = arguments.fetchFromTable;
    return range;
}

}  // namespace orrery::api
