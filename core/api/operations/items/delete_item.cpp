// DeleteItem. API reference: API_DeleteItem.html. Deleting an item that does not exist succeeds.

#include "core/api/decode/shapes.h"
#include "core/api/items/item_shapes.h"
#include "core/api/items/write_arguments.h"
#include "core/api/operations/operations.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

// In the order in which DynamoDB reports violations: tests/api/delete_item/validation_order.test.
constexpr Member kMembers[] = {
    {"ReturnConsumedCapacity", &shapes::kReturnConsumedCapacity},
    {"TableName", &shapes::kWrittenTableName, Presence::NotNull},
    {"ReturnValues", &shapes::kReturnValues},
    {"ReturnItemCollectionMetrics", &shapes::kReturnItemCollectionMetrics},
    {"ReturnValuesOnConditionCheckFailure", &shapes::kReturnValuesOnConditionCheckFailure},
    {"ConditionalOperator", &shapes::kConditionalOperator},
    {"Key", &shapes::kItem, Presence::NotNull},
    {"Expected", &shapes::kExpected},
    {"ConditionExpression", &shapes::kText},
    {"ExpressionAttributeValues", &shapes::kValues},
    {"ExpressionAttributeNames", &shapes::kNames},
};
constexpr Shape kInput = structure("DeleteItemInput", kMembers);

struct Parsed {
    WriteArguments arguments;
    types::Item key;
    std::optional<expression::Condition> condition;
};

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed{takeWriteArguments(request), {}, {}};
    TRY(checkConditionStyle(request));
    TRY_ASSIGN(parsed.key, takeItem(request, "Key"));
    TRY(checkReturnsOldAtMost(parsed.arguments));
    TRY_ASSIGN(parsed.condition, takeOnlyCondition(request));
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(cluster::TablePtr table, findTable(catalog, caller, parsed.arguments.tableName));
    TRY_ASSIGN(types::Key key, types::keyFromRequest(parsed.key, table->keys));
    TRY_ASSIGN(cluster::WriteItem write, makeWrite(parsed.arguments, std::move(table),
                                                   std::move(key), std::move(parsed.condition)));
    write.action = cluster::DeleteAction{};
    write.itemLsn = caller.itemLsn;
    return write;
}

void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    writeOldItemReply(out, parsed.arguments, std::get<cluster::WriteReply>(reply));
}

}  // namespace

const Operation delete_item = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
