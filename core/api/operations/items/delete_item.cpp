// DeleteItem. API reference: API_DeleteItem.html. Deleting an item that does not exist succeeds.

#include "core/api/decode/shapes.h"
#include "core/api/items/item_json.h"
#include "core/api/items/item_shapes.h"
#include "core/api/items/write_arguments.h"
#include "core/api/operations/operations.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

// In the order in which DynamoDB reports violations: tests/api/delete_item/validation_order.test.
constexpr Member kMembers[] = {
    {"ReturnConsumedCapacity", &shapes::kReturnConsumedCapacity},
    {"TableName", &shapes::kTableName, Presence::NotNull},
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

constexpr std::string_view kExpressions[] = {"ConditionExpression"};
constexpr std::string_view kLegacy[] = {"Expected", "ConditionalOperator"};

struct Parsed {
    WriteArguments arguments;
    types::Item key;
    std::optional<expression::Condition> condition;
};

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed{takeWriteArguments(request), {}, {}};
    TRY(checkExpressionStyle(request, kExpressions, kLegacy));
    TRY_ASSIGN(parsed.key, takeItem(request, "Key"));
    const ReturnValues returnValues = parsed.arguments.returnValues;
    if (returnValues != ReturnValues::None && returnValues != ReturnValues::AllOld)
        return std::unexpected(ApiError::validation("ReturnValues can only be ALL_OLD or NONE"));
    TRY_ASSIGN(expression::Substitutions substitutions, takeSubstitutions(request));
    TRY_ASSIGN(parsed.condition, takeWriteCondition(request, substitutions));
    TRY(substitutions.checkAllUsed());
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(cluster::TablePtr table, findTable(catalog, caller, parsed.arguments.tableName));
    TRY_ASSIGN(types::Key key, types::keyFromRequest(parsed.key, table->keys));
    if (parsed.condition) TRY(checkKeyPaths(*table, expression::paths(*parsed.condition)));
    cluster::WriteItem write =
        makeWrite(parsed.arguments, std::move(table), std::move(key), std::move(parsed.condition));
    write.action = cluster::DeleteAction{};
    return write;
}

void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    const auto& written = std::get<cluster::WriteReply>(reply);
    out.beginObject();
    if (parsed.arguments.returnValues == ReturnValues::AllOld && written.before)
        writeItem(out.name("Attributes"), written.before, std::nullopt);
    writeWriteReply(out, parsed.arguments, written);
    out.endObject();
}

}  // namespace

const Operation delete_item = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
