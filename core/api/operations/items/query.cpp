// Query. API reference: API_Query.html. Reads a part of one item collection of a table or an index,
// in the order of the sort key, one page at a time.

#include <algorithm>

#include "core/api/decode/shapes.h"
#include "core/api/items/item_shapes.h"
#include "core/api/items/range_arguments.h"
#include "core/api/items/range_reply.h"
#include "core/api/operations/operations.h"
#include "core/base/result.h"
#include "core/expression/key_condition.h"
#include "core/expression/storage_range.h"
#include "core/expression/value_text.h"

namespace orrery::api::operations {
namespace {

// The service omits the value in this error, and writes the member with its capital.
constexpr Shape kLimit = integer().range(1, kNoLimit).as(Shown::Unnamed);

constexpr NewerEnum kNewerOperator{
    .values = shapes::kConditionalOperatorIfNewer, .alone = true, .besideTwoOf = "QueryFilter"};
constexpr Shape kConditionalOperator = shapes::kConditionalOperator.ifNewer(kNewerOperator);

// In the order in which DynamoDB reports violations: tests/api/query/validation_order.test.
constexpr Member kMembers[] = {
    {"Select", &shapes::kSelect},
    {"IndexName", &shapes::kIndexName},
    {"ReturnConsumedCapacity", &shapes::kReturnConsumedCapacity},
    {"QueryFilter", &shapes::kConditions},
    {"TableName", &shapes::kTableName, Presence::NotNull},
    {"ConditionalOperator", &kConditionalOperator},
    {"AttributesToGet", &shapes::kAttributesToGet},
    {"Limit", &kLimit},
    {"KeyConditions", &shapes::kConditions},
    {"ExclusiveStartKey", &shapes::kItem},
    {"ConsistentRead", &shapes::kFlag},
    {"ScanIndexForward", &shapes::kFlag},
    {"KeyConditionExpression", &shapes::kText},
    {"FilterExpression", &shapes::kText},
    {"ProjectionExpression", &shapes::kText},
    {"ExpressionAttributeValues", &shapes::kValues},
    {"ExpressionAttributeNames", &shapes::kNames},
};
constexpr Shape kInput = structure("QueryInput", kMembers);

constexpr std::string_view kExpressions[] = {"ProjectionExpression", "FilterExpression",
                                             "KeyConditionExpression"};
// KeyConditions may be combined with a filter expression, but not with KeyConditionExpression.
constexpr std::string_view kLegacy[] = {"AttributesToGet", "QueryFilter", "ConditionalOperator"};
constexpr std::string_view kLegacyAll[] = {"AttributesToGet", "QueryFilter", "ConditionalOperator",
                                           "KeyConditions"};

struct Parsed {
    RangeArguments arguments;
    bool forward = true;
    bool legacyFilter = false;
    expression::KeyPredicates predicates;
};

ApiResult<void> takeExpressions(const Fields& request, Parsed& parsed) {
    TRY_ASSIGN(expression::Substitutions substitutions, takeSubstitutions(request));
    std::optional<expression::KeyCondition> condition;
    if (const auto text = request.optionalText("KeyConditionExpression")) {
        TRY_ASSIGN(condition, expression::parseKeyCondition(*text, substitutions));
    }
    TRY(takeFilterAndProjection(request, substitutions, parsed.arguments));
    TRY(substitutions.checkAllUsed());
    if (condition) {
        TRY_ASSIGN(parsed.predicates, expression::keyPredicates(*condition));
        return {};
    }
    TRY_ASSIGN(const auto conditions, takeConditions(request, "KeyConditions"));
    TRY_ASSIGN(parsed.predicates, expression::predicatesFromKeyConditions(conditions));
    return {};
}

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed{takeRangeArguments(request),
                  request.flag("ScanIndexForward", true),
                  request.has("QueryFilter"),
                  {}};
    RangeArguments& arguments = parsed.arguments;
    const bool byExpression = request.has("KeyConditionExpression");
    TRY(checkExpressionStyle(request, kExpressions,
                             byExpression ? std::span<const std::string_view>(kLegacyAll)
                                          : std::span<const std::string_view>(kLegacy)));
    TRY_ASSIGN(arguments.filter, takeLegacyFilter(request, "QueryFilter"));
    TRY(takeAttributesToGet(request, arguments));
    TRY_ASSIGN(arguments.startKey, takeStartKey(request));
    if (!byExpression && !request.has("KeyConditions"))
        return std::unexpected(ApiError::validation(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in the "
            "request."));
    TRY(takeExpressions(request, parsed));
    TRY(checkSelect(request, arguments));
    return parsed;
}

constexpr std::string_view kOutsidePredicate =
    "The provided starting key does not match the range key predicate";

// The start key is the last of the range, so no page ends with it: recorded in scylladb issue 26988
// and aws-sdk-ruby issue 2456.
std::unexpected<ApiError> nothingFollows(const RangeArguments& arguments,
                                         const expression::KeyRange& keys) {
    const types::KeySchema& schema = arguments.keys();
    if (!schema.sort)
        return std::unexpected(ApiError::validation(
            "The provided exclusive start key is invalid: ExclusiveStartKey: {" +
            schema.partition.name + "=AttributeValue: " + expression::valueText(keys.partition) +
            "}"));
    if (keys.sort && keys.sort->op == expression::KeyOperator::Equal)
        return std::unexpected(
            ApiError::validation("The query can return at most one row and cannot be restarted"));
    return std::unexpected(ApiError::validation(std::string(kOutsidePredicate)));
}

std::unexpected<ApiError> outside() {
    return std::unexpected(ApiError::validation(
        "The provided starting key is outside query boundaries based on provided conditions"));
}

// Starts the page where the last one ended, within the bounds of the conditions.
ApiResult<void> continueAt(const RangeArguments& arguments, const expression::KeyRange& keys,
                           cluster::ReadRange& range) {
    TRY_ASSIGN(const StartPosition start, bindStartKey(arguments));
    const bool samePartition =
        start.key.partition == keys.partition && start.key.morePartition == keys.morePartition;
    if (arguments.keys().hasMore()) {
        if (!samePartition) return outside();
        if (!expression::contains(keys, start.key))
            return std::unexpected(ApiError::validation(std::string(kOutsidePredicate)));
    } else if (keys.sort && start.key.sort) {
        if (!expression::contains(*keys.sort, *start.key.sort))
            return std::unexpected(ApiError::validation(std::string(kOutsidePredicate)));
        if (!samePartition)
            return std::unexpected(ApiError::validation(
                "The query can return at most one row and cannot be restarted"));
    } else if (!samePartition) {
        return outside();
    }
    if (range.endsAt(start.storageKey)) return nothingFollows(arguments, keys);
    if (range.forward) {
        range.begin = start.storageKey + '\0';
    } else {
        range.end = start.storageKey;
    }
    return {};
}

// Goes through the key by attribute, as the service does: it checks the start key of each
// attribute, then the condition on it.
ApiResult<expression::KeyRange> bindKeys(const Parsed& parsed) {
    const types::KeySchema& schema = parsed.arguments.keys();
    if (schema.hasMore()) {
        for (const types::KeyAttribute& attribute : schema.attributes())
            TRY(checkStartKeyType(parsed.arguments, attribute));
        return expression::bindKeyCondition(parsed.predicates, schema);
    }
    TRY(checkStartKeyType(parsed.arguments, schema.partition));
    auto keys = expression::bindKeyCondition(parsed.predicates, schema);
    const bool partitionNamed =
        std::ranges::any_of(parsed.predicates, [&](const expression::KeyPredicate& predicate) {
            return predicate.attribute == schema.partition.name;
        });
    if (partitionNamed && schema.sort) TRY(checkStartKeyType(parsed.arguments, *schema.sort));
    return keys;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    RangeArguments& arguments = parsed.arguments;
    TRY(bindTable(arguments, catalog, caller));
    TRY(checkStartKeySize(arguments, ""));
    TRY_ASSIGN(const expression::KeyRange keys, bindKeys(parsed));
    cluster::ReadRange range = makeRange(arguments);
    range.forward = parsed.forward;
    range.partition = keys.partition;
    const auto [begin, end] = expression::storageRange(arguments.space(), keys);
    range.begin = begin;
    range.end = end;
    if (arguments.startKey) TRY(continueAt(arguments, keys, range));
    if (arguments.projection)
        TRY(checkKeyPaths(*arguments.table, expression::paths(*arguments.projection)));
    if (arguments.filter) {
        TRY(expression::checkFilterAvoidsKey(
            *arguments.filter, arguments.keys(),
            parsed.legacyFilter ? "QueryFilter" : "Filter Expression"));
    }
    TRY(checkFilterProjected(arguments));
    TRY(bindSelect(arguments));
    range.fetchFromTable = arguments.fetchFromTable;
    if (arguments.filter)
        TRY(checkKeyPaths(*arguments.table, expression::paths(*arguments.filter)));
    return range;
}

void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    writePage(out, parsed.arguments, std::get<cluster::RangeReply>(reply));
}

}  // namespace

const Operation query = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
