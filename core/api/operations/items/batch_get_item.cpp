// BatchGetItem. API reference: API_BatchGetItem.html. Reads up to a hundred items of one or more
// tables. Keys whose items do not fit in the reply or were not served come back in UnprocessedKeys.

#include "core/api/decode/shapes.h"
#include "core/api/items/batch_arguments.h"
#include "core/api/items/capacity.h"
#include "core/api/items/item_arguments.h"
#include "core/api/items/item_json.h"
#include "core/api/items/item_shapes.h"
#include "core/api/operations/operations.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr std::size_t kKeysMax = 100;

// The service omits the value in these errors, and writes the members with their capitals.
constexpr Shape kKeys = listOf(shapes::kItem).lengths(1, kKeysMax).as(Shown::Unnamed);
constexpr Member kTableMembers[] = {
    {"Keys", &kKeys, Presence::NotNull},
    {"AttributesToGet", &shapes::kAttributesToGet},
    {"ConsistentRead", &shapes::kFlag},
    {"ProjectionExpression", &shapes::kText},
    {"ExpressionAttributeNames", &shapes::kNames},
};
constexpr Shape kTable = structure("KeysAndAttributes", kTableMembers);
constexpr Shape kRequestItems = mapOf(shapes::kTableKey, kTable).as(Shown::JsonIfNewer);

// In the order in which DynamoDB reports violations:
// tests/api/batch_get_item/validation_order.test.
constexpr Member kMembers[] = {
    {"ReturnConsumedCapacity", &shapes::kReturnConsumedCapacity},
    {"RequestItems", &kRequestItems, Presence::NotNull},
};
constexpr Shape kInput = structure("BatchGetItemInput", kMembers);

constexpr std::string_view kExpressions[] = {"ProjectionExpression"};
constexpr std::string_view kLegacy[] = {"AttributesToGet"};

struct TableReads {
    std::string name;
    std::vector<types::Item> keys;
    bool consistent = false;
    std::optional<expression::Projection> projection;
    /// The other members as sent, for UnprocessedKeys.
    std::vector<std::pair<std::string, std::string>> others;
};

struct Parsed {
    std::vector<TableReads> tables;
    CapacityDetail capacity = CapacityDetail::None;
};

ApiResult<TableReads> takeTable(std::string_view name, const Fields& fields,
                                std::size_t& keyCount) {
    TableReads table;
    table.name = name;
    table.consistent = fields.flag("ConsistentRead");
    TRY(checkExpressionStyle(fields, kExpressions, kLegacy));
    TRY_ASSIGN(expression::Substitutions substitutions, takeSubstitutions(fields));
    TRY_ASSIGN(table.projection, takeProjection(fields, substitutions));
    TRY(substitutions.checkAllUsed());
    DistinctKeys distinct;
    for (const json::Value* json : elementsOf(*fields.find("Keys"))) {
        TRY_ASSIGN(types::Item key, takeItem(*json));
        if (!distinct.add(KeySpaceId(), keyAsWritten(*json)))
            return std::unexpected(
                ApiError::validation("Provided list of item keys contains duplicates"));
        if (++keyCount > kKeysMax)
            return std::unexpected(
                ApiError::validation("Too many items requested for the BatchGetItem call"));
        table.keys.push_back(std::move(key));
    }
    for (const std::string_view member :
         {"AttributesToGet", "ConsistentRead", "ProjectionExpression", "ExpressionAttributeNames"})
        if (const json::Value* value = fields.find(member); value != nullptr)
            table.others.emplace_back(member, jsonText(*value));
    return table;
}

// Each table alone may be valid, and the service still refuses the whole request.
ApiResult<void> checkOneStyle(
    const std::vector<std::pair<std::string_view, const json::Value*>>& entries) {
    bool expressions = false;
    bool legacy = false;
    for (const auto& [name, json] : entries) {
        const Fields fields = fieldsOf(*json);
        expressions = expressions || fields.has("ProjectionExpression");
        legacy = legacy || fields.has("AttributesToGet");
    }
    if (!expressions || !legacy) return {};
    return std::unexpected(ApiError::validation(
        "Can not use both expression and non-expression parameters in the same request: "
        "Non-expression parameters: {AttributesToGet} Expression parameters: "
        "{ProjectionExpression}"));
}

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    parsed.capacity = takeCapacityDetail(request);
    const auto entries = request.entries("RequestItems");
    if (entries.empty())
        return std::unexpected(ApiError::validation(
            "The requestItems parameter is required for BatchGetItem", kNoTableIfNewer));
    TRY(checkOneStyle(entries));
    std::size_t keyCount = 0;
    for (const auto& [name, json] : entries) {
        TRY_ASSIGN(TableReads table, takeTable(name, fieldsOf(*json), keyCount));
        parsed.tables.push_back(std::move(table));
    }
    return parsed;
}

// An item that two spellings of a number name, or the two names of its table, is read once, and a
// name without any other is left out: recorded by Scylla (test_batch.py) and ExtendDB
// (test_table_arn_as_name.py).
ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    cluster::ReadBatch batch;
    DistinctKeys distinct;
    for (TableReads& reads : parsed.tables) {
        TRY_ASSIGN(const cluster::TablePtr table, findTable(catalog, caller, reads.name));
        if (reads.projection) TRY(checkKeyPaths(*table, expression::paths(*reads.projection)));
        for (types::Item& item : std::exchange(reads.keys, {})) {
            TRY_ASSIGN(types::Key key, types::keyFromRequest(item, table->keys));
            if (!distinct.add(table->space, keyByValue(item))) continue;
            batch.reads.push_back({table, std::move(key), reads.consistent});
            reads.keys.push_back(std::move(item));
        }
    }
    std::erase_if(parsed.tables, [](const TableReads& reads) { return reads.keys.empty(); });
    return batch;
}

// The reads of the whole batch that were not done.
std::vector<bool> unprocessedOf(const Parsed& parsed, const cluster::BatchReadReply& reply) {
    std::size_t count = 0;
    for (const TableReads& reads : parsed.tables)
        count += reads.keys.size();
    std::vector<bool> unprocessed(count);
    for (const std::uint32_t position : reply.unprocessed)
        unprocessed[position] = true;
    return unprocessed;
}

void writeUnprocessed(json::Writer& out, const Parsed& parsed,
                      const std::vector<bool>& unprocessed) {
    out.name("UnprocessedKeys").beginObject();
    std::size_t position = 0;
    for (const TableReads& reads : parsed.tables) {
        bool open = false;
        for (const types::Item& key : reads.keys) {
            if (!unprocessed[position++]) continue;
            if (!open) {
                out.name(reads.name).beginObject();
                for (const auto& [member, text] : reads.others)
                    out.name(member).raw(text);
                out.name("Keys").beginArray();
            }
            open = true;
            writeItem(out, key);
        }
        if (open) out.endArray().endObject();
    }
    out.endObject();
}

// Writes the items of each table and returns the cost of each table.
std::vector<Consumed> writeResponses(json::Writer& out, const Parsed& parsed,
                                     const cluster::BatchReadReply& reply,
                                     const std::vector<bool>& unprocessed) {
    std::vector<Consumed> costs;
    out.name("Responses").beginObject();
    std::size_t position = 0;
    for (const TableReads& reads : parsed.tables) {
        Consumed& cost = costs.emplace_back();
        out.name(reads.name).beginArray();
        for (std::size_t i = 0; i < reads.keys.size(); ++i, ++position) {
            if (unprocessed[position]) continue;
            const cluster::ItemView& item = reply.items[position];
            cost.tableHalves += readHalves(item ? item.itemBytes : 0, reads.consistent);
            if (item) writeItem(out, item, reads.projection);
        }
        out.endArray();
    }
    out.endObject();
    return costs;
}

void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    const auto& read = std::get<cluster::BatchReadReply>(reply);
    const std::vector<bool> unprocessed = unprocessedOf(parsed, read);
    out.beginObject();
    const std::vector<Consumed> costs = writeResponses(out, parsed, read, unprocessed);
    writeUnprocessed(out, parsed, unprocessed);
    if (parsed.capacity != CapacityDetail::None) {
        out.name("ConsumedCapacity").beginArray();
        for (std::size_t i = 0; i < costs.size(); ++i)
            writeConsumed(out, parsed.capacity, parsed.tables[i].name, costs[i]);
        out.endArray();
    }
    out.endObject();
}

}  // namespace

const Operation batch_get_item = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
