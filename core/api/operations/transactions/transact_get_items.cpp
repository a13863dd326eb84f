// TransactGetItems. API reference: API_TransactGetItems.html. Up to 100 items as they were at one
// moment.

#include "core/api/decode/shapes.h"
#include "core/api/items/item_arguments.h"
#include "core/api/items/item_json.h"
#include "core/api/items/item_shapes.h"
#include "core/api/items/transaction_arguments.h"
#include "core/api/operations/operations.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr std::int64_t kItemsMax = 100;

constexpr Member kGetMembers[] = {
    {"Key", &shapes::kItem, Presence::NotNull},
    {"TableName", &shapes::kTableName, Presence::NotNull},
    {"ProjectionExpression", &shapes::kText},
    {"ExpressionAttributeNames", &shapes::kNames},
};
constexpr Shape kGet = structure("Get", kGetMembers);
constexpr Member kItemMembers[] = {{"Get", &kGet, Presence::NotNull}};
constexpr Shape kItem = structure("TransactGetItem", kItemMembers);
constexpr Shape kItems = listOf(kItem).lengths(1, kItemsMax).as(Shown::UnnamedIfNewer);

constexpr Member kMembers[] = {
    {"TransactItems", &kItems, Presence::NotNull},
    {"ReturnConsumedCapacity", &shapes::kReturnConsumedCapacity},
};
constexpr Shape kInput = structure("TransactGetItemsInput", kMembers);

struct Get {
    std::string tableName;
    types::Item key;
    std::optional<expression::Projection> projection;
};

struct Parsed {
    std::vector<Get> gets;
    CapacityDetail capacity = CapacityDetail::None;
};

// Names without a projection are accepted (recorded by ExtendDB,
// test_transact_expression_validation.py).
ApiResult<Get> takeGet(const Fields& fields) {
    Get get;
    get.tableName = fields.text("TableName");
    TRY_ASSIGN(get.key, takeItem(fields, "Key"));
    TRY_ASSIGN(expression::Substitutions substitutions, takeSubstitutions(fields));
    TRY_ASSIGN(get.projection, takeProjection(fields, substitutions));
    if (get.projection) TRY(substitutions.checkAllUsed());
    return get;
}

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    parsed.capacity = takeCapacityDetail(request);
    for (const Fields& item : request.structures("TransactItems")) {
        TRY_ASSIGN(Get get, takeGet(*item.structure("Get")));
        parsed.gets.push_back(std::move(get));
    }
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    cluster::TransactRead transaction;
    ActionKeys keys(parsed.gets.size());
    for (const Get& get : parsed.gets) {
        TRY_ASSIGN(cluster::TablePtr table, findTable(catalog, caller, get.tableName));
        TRY_ASSIGN(auto key, keys.take(*table, get.key, true));
        if (get.projection) TRY(checkKeyPaths(*table, expression::paths(*get.projection)));
        if (key) transaction.reads.push_back({std::move(table), *std::move(key), true});
    }
    TRY(keys.check());
    return transaction;
}

// A missing item is no error: its response is empty.
void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    const auto& read = std::get<cluster::TransactReadReply>(reply);
    TransactionCosts costs;
    out.beginObject().name("Responses").beginArray();
    for (std::size_t i = 0; i < read.items.size(); ++i) {
        const cluster::ItemView& item = read.items[i];
        out.beginObject();
        if (item) writeItem(out.name("Item"), item, parsed.gets[i].projection);
        out.endObject();
        Consumed consumed;
        consumed.tableHalves = readHalves(item ? item.itemBytes : 0, true);
        costs.add(parsed.gets[i].tableName, consumed);
    }
    out.endArray();
    costs.write(out, parsed.capacity, UnitsShown::Read);
    out.endObject();
}

}  // namespace

const Operation transact_get_items = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
