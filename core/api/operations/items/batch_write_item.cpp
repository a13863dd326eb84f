// BatchWriteItem. API reference: API_BatchWriteItem.html. Up to 25 independent puts and deletes.
// Those that were not done come back in UnprocessedItems.

#include "core/api/decode/shapes.h"
#include "core/api/items/batch_arguments.h"
#include "core/api/items/collection_metrics.h"
#include "core/api/items/item_shapes.h"
#include "core/api/items/write_arguments.h"
#include "core/api/operations/operations.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr std::size_t kWritesMax = 25;

constexpr Member kPutMembers[] = {{"Item", &shapes::kItem, Presence::NotNull}};
constexpr Shape kPut = structure("PutRequest", kPutMembers);
constexpr Member kDeleteMembers[] = {{"Key", &shapes::kItem, Presence::NotNull}};
constexpr Shape kDelete = structure("DeleteRequest", kDeleteMembers);
constexpr Member kWriteMembers[] = {
    {"PutRequest", &kPut},
    {"DeleteRequest", &kDelete},
};
constexpr Shape kWrite = structure("WriteRequest", kWriteMembers);
constexpr Shape kWrites = listOf(kWrite);
constexpr Shape kRequestItems = mapOf(shapes::kTableKey, kWrites)
                                    .valueLengths(1, static_cast<std::int64_t>(kWritesMax))
                                    .as(Shown::UnnamedIfNewer)
                                    .checkedLast();

// In the order in which DynamoDB reports violations:
// tests/api/batch_write_item/validation_order.test.
constexpr Member kMembers[] = {
    {"ReturnConsumedCapacity", &shapes::kReturnConsumedCapacity},
    {"ReturnItemCollectionMetrics", &shapes::kReturnItemCollectionMetrics},
    {"RequestItems", &kRequestItems, Presence::NotNull},
};
constexpr Shape kInput = structure("BatchWriteItemInput", kMembers);

struct Write {
    bool isPut = false;
    types::Item item;  ///< The item, or the key of a delete.
    std::string text;  ///< The WriteRequest as sent, for UnprocessedItems.
    types::AttributeValue partition;
};

struct TableWrites {
    std::string name;
    std::vector<Write> writes;
    cluster::TablePtr table;
};

struct Parsed {
    std::vector<TableWrites> tables;
    CapacityDetail capacity = CapacityDetail::None;
    bool wantsMetrics = false;
};

ApiResult<Write> takeWrite(const json::Value& json) {
    const Fields fields = fieldsOf(json);
    const auto put = fields.structure("PutRequest");
    const auto erase = fields.structure("DeleteRequest");
    if (put.has_value() == erase.has_value())
        return std::unexpected(ApiError::validation(
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of "
            "the supported datatypes"));
    Write write;
    write.isPut = put.has_value();
    TRY_ASSIGN(write.item, put ? takeItem(*put, "Item") : takeItem(*erase, "Key"));
    if (write.isPut) TRY(checkItemSize(write.item));
    write.text = jsonText(json);
    return write;
}

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    parsed.capacity = takeCapacityDetail(request);
    parsed.wantsMetrics = request.text("ReturnItemCollectionMetrics") == "SIZE";
    const auto entries = request.entries("RequestItems");
    if (entries.empty())
        return std::unexpected(ApiError::validation(
            "The requestItems parameter is required for BatchWriteItem", kNoTableIfNewer));
    std::size_t count = 0;
    for (const auto& [name, list] : entries) {
        TableWrites& table = parsed.tables.emplace_back();
        table.name = name;
        for (const json::Value* json : elementsOf(*list)) {
            TRY_ASSIGN(Write write, takeWrite(*json));
            table.writes.push_back(std::move(write));
            if (++count > kWritesMax)
                return std::unexpected(
                    ApiError::validation("Too many items requested for the BatchWriteItem call"));
        }
    }
    return parsed;
}

// For a missing or wrong key in an item, a batch has the error text of other operations' bare keys.
ApiResult<types::Key> keyOfWrite(const Write& write, const types::KeySchema& schema) {
    if (!write.isPut) return types::keyFromRequest(write.item, schema);
    types::Item key;
    if (const auto* value = write.item.find(schema.partition.name); value != nullptr)
        key.set(schema.partition.name, *value);
    if (schema.sort)
        if (const auto* value = write.item.find(schema.sort->name); value != nullptr)
            key.set(schema.sort->name, *value);
    return types::keyFromRequest(key, schema);
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    cluster::WriteBatch batch;
    DistinctKeys distinct;
    for (TableWrites& writes : parsed.tables) {
        TRY_ASSIGN(writes.table, findTable(catalog, caller, writes.name));
        const cluster::TableDescription& table = *writes.table;
        for (Write& write : writes.writes) {
            TRY_ASSIGN(types::Key key, keyOfWrite(write, table.keys));
            types::Item keyItem;
            types::addKey(keyItem, table.keys, key);
            if (!distinct.add(table.space, keyByValue(keyItem)))
                return std::unexpected(
                    ApiError::validation("Provided list of item keys contains duplicates"));
            if (write.isPut) TRY(checkItemForTable(write.item, table));
            write.partition = key.partition;
            cluster::WriteItem item;
            item.table = writes.table;
            item.key = std::move(key);
            item.wantsCollectionBytes = parsed.wantsMetrics && table.hasLocalIndexes();
            if (write.isPut) {
                item.action = cluster::PutAction{std::move(write.item)};
            } else {
                item.action = cluster::DeleteAction{};
            }
            batch.writes.push_back(std::move(item));
        }
    }
    return batch;
}

struct Outcome {
    const Write* write;
    const cluster::WriteReply* reply;  ///< Null: not done.
};

// The outcomes of the writes of one table; `position` counts over the whole batch.
std::vector<Outcome> outcomesOf(const TableWrites& writes, const cluster::BatchWriteReply& reply,
                                const std::vector<bool>& unprocessed, std::size_t& position) {
    std::vector<Outcome> outcomes;
    for (const Write& write : writes.writes) {
        outcomes.push_back({&write, unprocessed[position] ? nullptr : &reply.writes[position]});
        ++position;
    }
    return outcomes;
}

void writeUnprocessed(json::Writer& out, const Parsed& parsed,
                      const std::vector<std::vector<Outcome>>& outcomes) {
    out.name("UnprocessedItems").beginObject();
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        bool open = false;
        for (const Outcome& outcome : outcomes[i]) {
            if (outcome.reply != nullptr) continue;
            if (!open) out.name(parsed.tables[i].name).beginArray();
            open = true;
            out.raw(outcome.write->text);
        }
        if (open) out.endArray();
    }
    out.endObject();
}

void writeMetrics(json::Writer& out, const Parsed& parsed,
                  const std::vector<std::vector<Outcome>>& outcomes) {
    CollectionMetrics metrics;
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        const TableWrites& writes = parsed.tables[i];
        for (const Outcome& outcome : outcomes[i])
            if (outcome.reply != nullptr && outcome.reply->collectionBytes)
                metrics.add(writes.name, writes.table->keys.partition, outcome.write->partition,
                            *outcome.reply->collectionBytes);
    }
    metrics.write(out);
}

void writeCosts(json::Writer& out, const Parsed& parsed,
                const std::vector<std::vector<Outcome>>& outcomes) {
    out.name("ConsumedCapacity").beginArray();
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
        Consumed consumed;
        for (const Outcome& outcome : outcomes[i])
            if (outcome.reply != nullptr)
                consumed.add(writeCost(*parsed.tables[i].table, *outcome.reply));
        writeConsumed(out, parsed.capacity, parsed.tables[i].name, consumed);
    }
    out.endArray();
}

void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    const auto& written = std::get<cluster::BatchWriteReply>(reply);
    std::size_t count = 0;
    for (const TableWrites& writes : parsed.tables)
        count += writes.writes.size();
    std::vector<bool> unprocessed(count);
    for (const std::uint32_t position : written.unprocessed)
        unprocessed[position] = true;
    std::vector<std::vector<Outcome>> outcomes;
    std::size_t position = 0;
    for (const TableWrites& writes : parsed.tables)
        outcomes.push_back(outcomesOf(writes, written, unprocessed, position));
    out.beginObject();
    writeUnprocessed(out, parsed, outcomes);
    if (parsed.wantsMetrics) writeMetrics(out, parsed, outcomes);
    if (parsed.capacity != CapacityDetail::None) writeCosts(out, parsed, outcomes);
    out.endObject();
}

}  // namespace

const Operation batch_write_item = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
