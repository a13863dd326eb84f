// TransactWriteItems. API reference: API_TransactWriteItems.html. Up to 100 puts, updates, deletes
// and checks of different items: all are done or none.

#include <algorithm>
#include <variant>

#include "core/api/decode/shapes.h"
#include "core/api/items/collection_metrics.h"
#include "core/api/items/item_shapes.h"
#include "core/api/items/transaction_arguments.h"
#include "core/api/items/write_arguments.h"
#include "core/api/operations/operations.h"
#include "core/base/overloaded.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr std::int64_t kActionsMax = 100;

constexpr Member kCheckMembers[] = {
    {"Key", &shapes::kItem, Presence::NotNull},
    {"TableName", &shapes::kTableName, Presence::NotNull},
    {"ConditionExpression", &shapes::kText, Presence::NotNull},
    {"ExpressionAttributeNames", &shapes::kNames},
    {"ExpressionAttributeValues", &shapes::kValues},
    {"ReturnValuesOnConditionCheckFailure", &shapes::kReturnValuesOnConditionCheckFailure},
};
constexpr Shape kCheck = structure("ConditionCheck", kCheckMembers);
constexpr Member kPutMembers[] = {
    {"Item", &shapes::kItem, Presence::NotNull},
    {"TableName", &shapes::kTableName, Presence::NotNull},
    {"ConditionExpression", &shapes::kText},
    {"ExpressionAttributeNames", &shapes::kNames},
    {"ExpressionAttributeValues", &shapes::kValues},
    {"ReturnValuesOnConditionCheckFailure", &shapes::kReturnValuesOnConditionCheckFailure},
};
constexpr Shape kPut = structure("Put", kPutMembers);
constexpr Member kDeleteMembers[] = {
    {"Key", &shapes::kItem, Presence::NotNull},
    {"TableName", &shapes::kTableName, Presence::NotNull},
    {"ConditionExpression", &shapes::kText},
    {"ExpressionAttributeNames", &shapes::kNames},
    {"ExpressionAttributeValues", &shapes::kValues},
    {"ReturnValuesOnConditionCheckFailure", &shapes::kReturnValuesOnConditionCheckFailure},
};
constexpr Shape kDelete = structure("Delete", kDeleteMembers);
constexpr Member kUpdateMembers[] = {
    {"Key", &shapes::kItem, Presence::NotNull},
    {"UpdateExpression", &shapes::kText, Presence::NotNull},
    {"TableName", &shapes::kTableName, Presence::NotNull},
    {"ConditionExpression", &shapes::kText},
    {"ExpressionAttributeNames", &shapes::kNames},
    {"ExpressionAttributeValues", &shapes::kValues},
    {"ReturnValuesOnConditionCheckFailure", &shapes::kReturnValuesOnConditionCheckFailure},
};
constexpr Shape kUpdate = structure("Update", kUpdateMembers);
constexpr Member kItemMembers[] = {
    {"ConditionCheck", &kCheck},
    {"Put", &kPut},
    {"Delete", &kDelete},
    {"Update", &kUpdate},
};
constexpr Shape kItem = structure("TransactWriteItem", kItemMembers);
constexpr Shape kItems = listOf(kItem).lengths(1, kActionsMax).as(Shown::UnnamedIfNewer);
constexpr Shape kToken = string().lengths(1, 36).lengthAlone();

// The order of the first three was captured in us-east-1 in October 2026
// (dynamodb-conformance, validation-ordering/transactions.test.ts).
constexpr Member kMembers[] = {
    {"ClientRequestToken", &kToken},
    {"ReturnConsumedCapacity", &shapes::kReturnConsumedCapacity},
    {"ReturnItemCollectionMetrics", &shapes::kReturnItemCollectionMetrics},
    {"TransactItems", &kItems, Presence::NotNull},
};
constexpr Shape kInput = structure("TransactWriteItemsInput", kMembers);

/// What an action does; a check does nothing.
using Change =
    std::variant<std::monostate, cluster::PutAction, cluster::UpdateAction, cluster::DeleteAction>;

struct Action {
    std::string tableName;
    types::Item key;  ///< Empty for a put.
    Change change;
    std::optional<expression::Condition> condition;
    bool itemOnConditionFailure = false;

    // Set when the request is bound.
    cluster::TablePtr table;
    types::AttributeValue partition;
};

struct Parsed {
    std::vector<Action> actions;
    std::string clientToken;
    std::string parametersHash;
    CapacityDetail capacity = CapacityDetail::None;
    bool wantsMetrics = false;
};

// Names and values without an expression are accepted (recorded by ExtendDB,
// test_transact_expression_validation.py), and a Delete reports its condition before its key
// (recorded by dynamodb-conformance, validation-ordering/deepRequests, in ten Regions).
ApiResult<Action> takeAction(std::string_view kind, const Fields& fields) {
    const bool isUpdate = kind == "Update";
    const bool isDelete = kind == "Delete";
    Action action;
    action.tableName = fields.text("TableName");
    action.itemOnConditionFailure = fields.text("ReturnValuesOnConditionCheckFailure") == "ALL_OLD";
    if (kind == "Put") {
        cluster::PutAction put;
        TRY_ASSIGN(put.item, takeItem(fields, "Item"));
        TRY(checkItemSize(put.item));
        action.change = std::move(put);
    } else if (!isDelete) {
        TRY_ASSIGN(action.key, takeItem(fields, "Key"));
    }
    TRY_ASSIGN(expression::Substitutions substitutions, takeSubstitutions(fields));
    if (isUpdate) {
        TRY_ASSIGN(expression::Update update,
                   expression::parseUpdate(fields.text("UpdateExpression"), substitutions));
        if (fields.layer() == Layer::Newer) TRY(checkStatementSize(update));
        action.change = cluster::UpdateAction{std::move(update)};
    }
    TRY_ASSIGN(action.condition, takeCondition(fields, "ConditionExpression",
                                               expression::Kind::Condition, substitutions));
    if (isUpdate || action.condition) TRY(substitutions.checkAllUsed());
    if (isDelete) {
        TRY_ASSIGN(action.key, takeItem(fields, "Key"));
        action.change = cluster::DeleteAction{};
    }
    return action;
}

ApiResult<Action> takeAction(const Fields& item) {
    constexpr std::string_view kKinds[] = {"ConditionCheck", "Put", "Delete", "Update"};
    const auto isGiven = [&](std::string_view kind) { return item.has(kind); };
    if (std::ranges::none_of(kKinds, isGiven))
        return std::unexpected(ApiError::validation(
            "Invalid Request: TransactWriteRequest should contain Delete or Put or Update request",
            "1 validation error detected: Value '' at 'transactItems' failed to satisfy "
            "constraint: TransactWriteRequest should contain Delete or Put or Update or "
            "ConditionCheck"));
    if (std::ranges::count_if(kKinds, isGiven) != 1)
        return std::unexpected(ApiError::validation(
            "TransactItems can only contain one of Check, Put, Update or Delete"));
    const std::string_view kind = *std::ranges::find_if(kKinds, isGiven);
    return takeAction(kind, *item.structure(kind));
}

void addTo(Payload& payload, const Action& action) {
    const auto* put = std::get_if<cluster::PutAction>(&action.change);
    payload.add(put != nullptr ? put->item : action.key);
    if (const auto* update = std::get_if<cluster::UpdateAction>(&action.change))
        payload.add(update->update);
}

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    parsed.capacity = takeCapacityDetail(request);
    parsed.wantsMetrics = request.text("ReturnItemCollectionMetrics") == "SIZE";
    parsed.clientToken = request.text("ClientRequestToken");
    if (!parsed.clientToken.empty())
        parsed.parametersHash = parametersHash(*request.find("TransactItems"));
    Payload payload;
    for (const Fields& item : request.structures("TransactItems")) {
        TRY_ASSIGN(Action action, takeAction(item));
        addTo(payload, action);
        parsed.actions.push_back(std::move(action));
    }
    TRY(payload.check());
    return parsed;
}

/// Whether indexed attributes have the types of their indexes, empty or not.
bool fitsIndexes(const types::Item& item, const cluster::TableDescription& table) {
    const auto fits = [&](const types::KeyAttribute& attribute) {
        const types::AttributeValue* value = item.find(attribute.name);
        return value == nullptr || value->type() == attribute.type;
    };
    return std::ranges::all_of(table.indexes, [&](const cluster::SecondaryIndex& index) {
        return std::ranges::all_of(index.keys.attributes(), fits);
    });
}

ApiResult<void> checkChange(const Change& change, const cluster::TableDescription& table,
                            ActionKeys& keys) {
    ApiResult<void> fits;
    bool isRefused = false;
    if (const auto* put = std::get_if<cluster::PutAction>(&change)) {
        fits = checkItemForTable(put->item, table);
        isRefused = fitsIndexes(put->item, table);
    } else if (const auto* update = std::get_if<cluster::UpdateAction>(&change)) {
        fits = checkUpdateForTable(update->update, table);
    }
    if (!fits && isRefused) return fits;
    if (!fits) keys.cancel(std::move(fits).error());
    return {};
}

cluster::TransactWriteAction boundAction(Action& action, types::Key key, bool wantsMetrics) {
    if (std::holds_alternative<std::monostate>(action.change))
        return cluster::ConditionCheck{action.table, std::move(key), std::move(*action.condition),
                                       action.itemOnConditionFailure};
    cluster::WriteItem write;
    write.table = action.table;
    write.key = std::move(key);
    write.condition = std::move(action.condition);
    write.itemOnConditionFailure = action.itemOnConditionFailure;
    write.wantsCollectionBytes = wantsMetrics && action.table->hasLocalIndexes();
    std::visit(Overloaded{
                   [](std::monostate) {},
                   [&]<OneOf<cluster::PutAction, cluster::UpdateAction, cluster::DeleteAction> T>(
                       T& change) { write.action = std::move(change); },
               },
               action.change);
    return write;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    cluster::TransactWrite transaction;
    ActionKeys keys(parsed.actions.size());
    for (Action& action : parsed.actions) {
        TRY_ASSIGN(action.table, findTable(catalog, caller, action.tableName));
        const auto* put = std::get_if<cluster::PutAction>(&action.change);
        TRY_ASSIGN(auto key, keys.take(*action.table, put != nullptr ? put->item : action.key,
                                       put == nullptr));
        if (!key) continue;
        TRY(checkChange(action.change, *action.table, keys));
        if (action.condition)
            TRY(checkKeyPaths(*action.table, expression::paths(*action.condition)));
        action.partition = key->partition;
        transaction.actions.push_back(boundAction(action, *std::move(key), parsed.wantsMetrics));
    }
    TRY(keys.check());
    transaction.clientToken = parsed.clientToken;
    transaction.parametersHash = parsed.parametersHash;
    transaction.accountId = caller.accountId;
    return transaction;
}

void writeMetrics(json::Writer& out, const Parsed& parsed,
                  const std::vector<cluster::WriteReply>& writes) {
    CollectionMetrics metrics;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        const Action& action = parsed.actions[i];
        if (!writes[i].collectionBytes) continue;
        metrics.add(action.tableName, action.table->keys.partition, action.partition,
                    *writes[i].collectionBytes);
    }
    metrics.write(out);
}

// A repeated call costs the reading of the items.
void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    const auto& done = std::get<cluster::TransactWriteReply>(reply);
    const bool isRepeated = !done.repeatedBytes.empty();
    TransactionCosts costs;
    for (std::size_t i = 0; i < parsed.actions.size(); ++i) {
        const Action& action = parsed.actions[i];
        Consumed consumed;
        if (isRepeated) {
            consumed.tableHalves = readHalves(done.repeatedBytes[i], true);
        } else {
            consumed = writeCost(*action.table, done.writes[i]);
        }
        costs.add(action.tableName, consumed);
    }
    out.beginObject();
    costs.write(out, parsed.capacity, isRepeated ? UnitsShown::Read : UnitsShown::Write);
    if (parsed.wantsMetrics && !isRepeated) writeMetrics(out, parsed, done.writes);
    out.endObject();
}

}  // namespace

const Operation transact_write_items = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
