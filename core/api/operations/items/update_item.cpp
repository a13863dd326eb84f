// UpdateItem. API reference: API_UpdateItem.html. Changes attributes of one item, or creates the
// item. The leader evaluates the update on its latest state.

#include "core/api/decode/shapes.h"
#include "core/api/items/item_json.h"
#include "core/api/items/item_shapes.h"
#include "core/api/items/write_arguments.h"
#include "core/api/operations/operations.h"
#include "core/base/check.h"
#include "core/base/result.h"
#include "core/types/item_codec.h"
#include "core/types/wire_codec.h"

namespace orrery::api::operations {
namespace {

// The newer layer reports it alone, unlike in PutItem and DeleteItem.
constexpr Shape kReturnValues = shapes::kReturnValues.ifNewer(shapes::kReturnValuesAlone);
constexpr std::string_view kActionValues[] = {"ADD", "PUT", "DELETE"};
constexpr Shape kAction = enumeration(kActionValues);
constexpr Member kAttributeUpdateMembers[] = {
    {"Action", &kAction},
    {"Value", &shapes::kAttributeValue},
};
constexpr Shape kAttributeUpdate = structure("AttributeValueUpdate", kAttributeUpdateMembers);
constexpr Shape kAttributeUpdates = mapOf(kAttributeUpdate);

// In the order in which DynamoDB reports violations: tests/api/update_item/validation_order.test.
constexpr Member kMembers[] = {
    {"ReturnConsumedCapacity", &shapes::kReturnConsumedCapacity},
    {"TableName", &shapes::kWrittenTableName, Presence::NotNull},
    {"ReturnItemCollectionMetrics", &shapes::kReturnItemCollectionMetrics},
    {"ReturnValues", &kReturnValues},
    {"ReturnValuesOnConditionCheckFailure", &shapes::kReturnValuesOnConditionCheckFailure},
    {"ConditionalOperator", &shapes::kConditionalOperator},
    {"Key", &shapes::kItem, Presence::NotNull},
    {"Expected", &shapes::kExpected},
    {"AttributeUpdates", &kAttributeUpdates},
    {"ConditionExpression", &shapes::kText},
    {"UpdateExpression", &shapes::kText},
    {"ExpressionAttributeValues", &shapes::kValues},
    {"ExpressionAttributeNames", &shapes::kNames},
};
constexpr Shape kInput = structure("UpdateItemInput", kMembers);

constexpr std::string_view kExpressions[] = {"UpdateExpression", "ConditionExpression"};
constexpr std::string_view kLegacy[] = {"AttributeUpdates", "Expected", "ConditionalOperator"};

struct Parsed {
    WriteArguments arguments;
    types::Item key;
    expression::Update update;
    std::optional<expression::Condition> condition;
    bool limitsStatement = false;  ///< The rule of the newer layer of validation.
};

ApiResult<expression::Update> takeAttributeUpdates(const Fields& request) {
    std::vector<expression::AttributeUpdate> updates;
    for (const auto& [name, json] : request.entries("AttributeUpdates")) {
        const Fields fields = fieldsOf(*json);
        expression::AttributeUpdate update;
        update.attribute = name;
        if (const auto action = fields.optionalText("Action")) update.action = std::string(*action);
        if (const json::Value* value = fields.find("Value"); value != nullptr) {
            TRY_ASSIGN(update.value, types::valueFromJson(*value));
        }
        updates.push_back(std::move(update));
    }
    return expression::updateFromAttributeUpdates(updates);
}

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed{takeWriteArguments(request), {}, {}, {}};
    parsed.limitsStatement = request.layer() == Layer::Newer;
    TRY(checkExpressionStyle(request, kExpressions, kLegacy));
    TRY_ASSIGN(parsed.key, takeItem(request, "Key"));
    if (request.has("AttributeUpdates")) {
        TRY_ASSIGN(parsed.update, takeAttributeUpdates(request));
    }
    TRY_ASSIGN(expression::Substitutions substitutions, takeSubstitutions(request));
    if (const auto text = request.optionalText("UpdateExpression")) {
        TRY_ASSIGN(parsed.update, expression::parseUpdate(*text, substitutions));
    }
    TRY_ASSIGN(parsed.condition, takeWriteCondition(request, substitutions));
    TRY(substitutions.checkAllUsed());
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(cluster::TablePtr table, findTable(catalog, caller, parsed.arguments.tableName));
    TRY_ASSIGN(types::Key key, types::keyFromRequest(parsed.key, table->keys));
    TRY(checkUpdateForTable(parsed.update, *table));
    if (parsed.limitsStatement) TRY(checkStatementSize(parsed.update));
    TRY_ASSIGN(cluster::WriteItem write, makeWrite(parsed.arguments, std::move(table),
                                                   std::move(key), std::move(parsed.condition)));
    // The reply needs the update for UPDATED_OLD and UPDATED_NEW.
    write.action = cluster::UpdateAction{parsed.update};
    return write;
}

// Writes UPDATED_OLD or UPDATED_NEW: the attributes that the update touches, if the item has them.
void writeUpdated(json::Writer& out, const expression::Update& update,
                  const cluster::ItemView& view) {
    if (!view) return;
    const auto item = types::decodeItem(view.attributes());
    CHECK(item.has_value());
    const types::Item touched = expression::updatedAttributes(update, *item);
    if (!touched.empty()) writeItem(out.name("Attributes"), touched);
}

void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    const auto& written = std::get<cluster::WriteReply>(reply);
    out.beginObject();
    switch (parsed.arguments.returnValues) {
        case ReturnValues::None:
            break;
        case ReturnValues::AllOld:
            if (written.before) writeItem(out.name("Attributes"), written.before, std::nullopt);
            break;
        case ReturnValues::AllNew:
            if (written.after) writeItem(out.name("Attributes"), written.after, std::nullopt);
            break;
        case ReturnValues::UpdatedOld:
            writeUpdated(out, parsed.update, written.before);
            break;
        case ReturnValues::UpdatedNew:
            writeUpdated(out, parsed.update, written.after);
            break;
    }
    writeWriteReply(out, parsed.arguments, written);
    out.endObject();
}

}  // namespace

const Operation update_item = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
