// GetItem. API reference: API_GetItem.html. Reads one item by its primary key: from the leader if
// ConsistentRead, otherwise from any live replica of the group.

#include "core/api/decode/shapes.h"
#include "core/api/items/capacity.h"
#include "core/api/items/item_arguments.h"
#include "core/api/items/item_json.h"
#include "core/api/items/item_shapes.h"
#include "core/api/operations/operations.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

// In the order in which DynamoDB reports violations: tests/api/get_item/validation_order.test.
constexpr Member kMembers[] = {
    {"ReturnConsumedCapacity", &shapes::kReturnConsumedCapacity},
    {"AttributesToGet", &shapes::kAttributesToGet},
    {"TableName", &shapes::kTableName, Presence::NotNull},
    {"Key", &shapes::kItem, Presence::NotNull},
    {"ConsistentRead", &shapes::kFlag},
    {"ProjectionExpression", &shapes::kText},
    {"ExpressionAttributeNames", &shapes::kNames},
};
constexpr Shape kInput = structure("GetItemInput", kMembers);

constexpr std::string_view kExpressions[] = {"ProjectionExpression"};
constexpr std::string_view kLegacy[] = {"AttributesToGet"};

struct Parsed {
    std::string tableName;
    types::Item key;
    bool consistent = false;
    std::optional<expression::Projection> projection;
    CapacityDetail capacity = CapacityDetail::None;
};

// Runs before the world, without the catalog.
ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    parsed.tableName = request.text("TableName");
    parsed.consistent = request.flag("ConsistentRead");
    parsed.capacity = takeCapacityDetail(request);
    TRY(checkExpressionStyle(request, kExpressions, kLegacy));
    TRY_ASSIGN(parsed.key, takeItem(request, "Key"));
    TRY_ASSIGN(expression::Substitutions substitutions, takeSubstitutions(request));
    TRY_ASSIGN(parsed.projection, takeProjection(request, substitutions));
    TRY(substitutions.checkAllUsed());
    return parsed;
}

// Runs in the world, with the catalog.
ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(cluster::TablePtr table, findTable(catalog, caller, parsed.tableName));
    TRY_ASSIGN(types::Key key, types::keyFromRequest(parsed.key, table->keys));
    if (parsed.projection) TRY(checkKeyPaths(*table, expression::paths(*parsed.projection)));
    return cluster::ReadItem{std::move(table), std::move(key), parsed.consistent};
}

// A missing item is no error: the reply has no "Item".
void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    const cluster::ItemView& item = std::get<cluster::ItemReply>(reply).item;
    out.beginObject();
    if (item) writeItem(out.name("Item"), item, parsed.projection);
    Consumed consumed;
    consumed.tableHalves = readHalves(item ? item.itemBytes : 0, parsed.consistent);
    writeConsumedMember(out, parsed.capacity, parsed.tableName, consumed);
    out.endObject();
}

}  // namespace

const Operation get_item = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
