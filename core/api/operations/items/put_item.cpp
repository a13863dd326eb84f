// PutItem. API reference: API_PutItem.html. Writes a whole item and replaces any item with its key.

#include "core/api/decode/shapes.h"
#include "core/api/items/item_shapes.h"
#include "core/api/items/write_arguments.h"
#include "core/api/operations/operations.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

// In the order in which DynamoDB reports violations: tests/api/put_item/validation_order.test.
constexpr Member kMembers[] = {
    {"ReturnConsumedCapacity", &shapes::kReturnConsumedCapacity},
    {"TableName", &shapes::kWrittenTableName, Presence::NotNull},
    {"Item", &shapes::kItem, Presence::NotNull},
    {"ConditionalOperator", &shapes::kConditionalOperator},
    {"Expected", &shapes::kExpected},
    {"ReturnValues", &shapes::kReturnValues},
    {"ReturnItemCollectionMetrics", &shapes::kReturnItemCollectionMetrics},
    {"ReturnValuesOnConditionCheckFailure", &shapes::kReturnValuesOnConditionCheckFailure},
    {"ConditionExpression", &shapes::kText},
    {"ExpressionAttributeValues", &shapes::kValues},
    {"ExpressionAttributeNames", &shapes::kNames},
};
constexpr Shape kInput = structure("PutItemInput", kMembers);

struct Parsed {
    WriteArguments arguments;
    types::Item item;
    std::optional<expression::Condition> condition;
};

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed{takeWriteArguments(request), {}, {}};
    TRY(checkConditionStyle(request));
    TRY_ASSIGN(parsed.item, takeItem(request, "Item"));
    TRY(checkReturnsOldAtMost(parsed.arguments));
    TRY(checkItemSize(parsed.item));
    TRY_ASSIGN(parsed.condition, takeOnlyCondition(request));
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(cluster::TablePtr table, findTable(catalog, caller, parsed.arguments.tableName));
    TRY_ASSIGN(types::Key key, types::keyOf(parsed.item, table->keys));
    TRY(checkItemForTable(parsed.item, *table));
    TRY_ASSIGN(cluster::WriteItem write, makeWrite(parsed.arguments, std::move(table),
                                                   std::move(key), std::move(parsed.condition)));
    write.action = cluster::PutAction{std::move(parsed.item)};
    return write;
}

void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    writeOldItemReply(out, parsed.arguments, std::get<cluster::WriteReply>(reply));
}

}  // namespace

const Operation put_item = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
