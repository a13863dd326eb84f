// BatchExecuteStatement. API reference: API_BatchExecuteStatement.html. Runs up to 25 statements,
// each on one item and each on its own: what is wrong with one stands in its place of the reply.

#include <algorithm>
#include <utility>

#include "core/api/decode/shapes.h"
#include "core/api/items/batch_arguments.h"
#include "core/api/items/capacity.h"
#include "core/api/items/item_json.h"
#include "core/api/operations/operations.h"
#include "core/api/statements/statement_arguments.h"
#include "core/api/statements/statement_read.h"
#include "core/api/statements/statement_select.h"
#include "core/api/statements/statement_shapes.h"
#include "core/api/statements/statement_write.h"
#include "core/base/result.h"
#include "core/types/item_size.h"

namespace orrery::api::operations {
namespace {

constexpr std::size_t kStatementsMax = 25;

constexpr Member kStatementMembers[] = {
    {"Statement", &shapes::kStatement, Presence::NotNull},
    {"Parameters", &shapes::kParameters},
    {"ConsistentRead", &shapes::kFlag},
    {"ReturnValuesOnConditionCheckFailure", &shapes::kReturnValuesOnConditionCheckFailure},
};
constexpr Shape kStatement = structure("BatchStatementRequest", kStatementMembers);
constexpr Shape kStatements = listOf(kStatement).lengths(1, kStatementsMax);

// In the order in which DynamoDB reports violations:
// tests/api/batch_execute_statement/validation_order.test.
constexpr Member kMembers[] = {
    {"Statements", &kStatements, Presence::NotNull},
    {"ReturnConsumedCapacity", &shapes::kReturnConsumedCapacity},
};
constexpr Shape kInput = structure("BatchExecuteStatementInput", kMembers);

/// One statement of the batch and what became of it before it ran.
struct Slot {
    ApiResult<partiql::Statement> statement;
    bool consistent = false;
    // Set when the request is bound.
    std::string tableName;
    cluster::TablePtr table;
    std::uint32_t part = 0;  ///< Its place among the reads or writes that run.
};

struct Parsed {
    std::vector<Slot> slots;
    CapacityDetail capacity = CapacityDetail::None;
};

std::unexpected<ApiError> fail(std::string message) {
    return std::unexpected(ApiError::validation(std::move(message)));
}

ApiResult<partiql::Statement> takeSlot(const Fields& fields) {
    TRY_ASSIGN(partiql::Statement statement, takeStatement(fields));
    if (std::holds_alternative<partiql::Exists>(statement))
        return fail("EXISTS can only be used in ExecuteTransaction write requests.");
    return statement;
}

bool isReadSlot(const Slot& slot) {
    return slot.statement && partiql::isRead(*slot.statement);
}

bool isWriteSlot(const Slot& slot) {
    return slot.statement && !partiql::isRead(*slot.statement);
}

// ReturnValuesOnConditionCheckFailure has no effect here: recorded in the conformance suite. The
// text for reads and writes together is recorded in eu-west-2 (dynoxide,
// batch_execute_statement.rs).
ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    parsed.capacity = takeCapacityDetail(request);
    for (const Fields& fields : request.structures("Statements"))
        parsed.slots.push_back({takeSlot(fields), fields.flag("ConsistentRead"), {}, nullptr, 0});
    const bool reads = std::ranges::any_of(parsed.slots, isReadSlot);
    if (reads && std::ranges::any_of(parsed.slots, isWriteSlot))
        return fail("Read and write requests together in the same batch is not supported.");
    return parsed;
}

/// The statements that can run. One that cannot has its error in its slot.
struct Bound {
    cluster::ReadBatch reads;
    cluster::WriteBatch writes;
};

/// The key of the item that the statement reads or writes.
ApiResult<types::Key> bindSlot(Slot& slot, Bound& bound) {
    if (const auto* select = std::get_if<partiql::Select>(&*slot.statement)) {
        TRY_ASSIGN(auto read, bindReadByKey(*select, slot.table, "BatchExecuteStatement"));
        read.consistent = slot.consistent;
        slot.part = static_cast<std::uint32_t>(bound.reads.reads.size());
        return bound.reads.reads.emplace_back(std::move(read)).key;
    }
    TRY_ASSIGN(auto write, bindStatementWrite(*slot.statement, slot.table));
    slot.part = static_cast<std::uint32_t>(bound.writes.writes.size());
    return bound.writes.writes.emplace_back(std::move(write)).key;
}

// Two statements on one item refuse the whole batch, reads as well: recorded in eu-west-2
// (dynoxide, batch_execute_statement.rs).
ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    Bound bound;
    bound.writes.failsSingly = true;
    DistinctKeys distinct;
    for (Slot& slot : parsed.slots) {
        if (!slot.statement) continue;
        slot.tableName = partiql::tableOf(*slot.statement);
        auto table = findTable(catalog, caller, slot.tableName);
        if (!table) {
            slot.statement = std::unexpected(std::move(table).error());
            continue;
        }
        slot.table = *std::move(table);
        auto key = bindSlot(slot, bound);
        if (!key) {
            slot.statement = std::unexpected(std::move(key).error());
            continue;
        }
        types::Item keyItem;
        types::addKey(keyItem, slot.table->keys, *key);
        if (!distinct.add(slot.table->space, keyByValue(keyItem)))
            return fail("Provided list of item keys contains duplicates");
    }
    if (!bound.reads.reads.empty()) return std::move(bound.reads);
    if (!bound.writes.writes.empty()) return std::move(bound.writes);
    return cluster::ReadNothing{};
}

void writeError(json::Writer& out, const CancellationReason& reason) {
    out.name("Error").beginObject();
    out.name("Code").string(reason.code).name("Message").string(reason.message);
    out.endObject();
}

// What was wrong with the statement itself comes without its table (recorded: dynoxide, the same
// file).
void writeError(json::Writer& out, const Slot& slot, const ApiError& error) {
    const CancellationReason reason = reasonOf(error);
    if (reason.code != "ValidationError" && !slot.tableName.empty())
        out.name("TableName").string(slot.tableName);
    writeError(out, reason);
}

// What the item does not allow names the table: recorded by Floci in eu-west-2 in September 2026
// for one that would be nested too deeply (DynamoDbPartiQLEdgeCaseIntegrationTest).
void writeRefusal(json::Writer& out, const Slot& slot, const ApiError& error) {
    out.name("TableName").string(slot.tableName);
    writeError(out, reasonOf(error));
}

struct TableCost {
    std::string table;
    Consumed consumed;
    /// Whether a statement succeeded; otherwise the service shows no cost of this table.
    bool isShown = false;
};
/// In the order in which the statements name the tables.
using Costs = std::vector<TableCost>;

void addCost(Costs& costs, const std::string& table, const Consumed& cost, bool succeeded) {
    auto found = std::ranges::find(costs, table, &TableCost::table);
    if (found == costs.end()) found = costs.insert(costs.end(), {table, {}, false});
    found->consumed.add(cost);
    found->isShown = found->isShown || succeeded;
}

// What became of a statement that ran: an error, or an item if it has one.
void writeRead(json::Writer& out, const Slot& slot, const cluster::BatchReadReply& reply,
               Costs& costs) {
    const auto& select = std::get<partiql::Select>(*slot.statement);
    if (std::ranges::find(reply.unprocessed, slot.part) != reply.unprocessed.end())
        return writeError(out, slot, ApiError::internal());
    out.name("TableName").string(slot.tableName);
    const cluster::ItemView& item = reply.items[slot.part];
    if (item) writeColumns(out.name("Item"), select.columns, item);
    Consumed cost;
    cost.tableHalves = readHalves(item ? item.itemBytes : 0, slot.consistent);
    addCost(costs, slot.tableName, cost, true);
}

void writeWritten(json::Writer& out, const Slot& slot, const cluster::BatchWriteReply& reply,
                  Costs& costs) {
    const auto failed =
        std::ranges::find(reply.failed, slot.part, [](const auto& each) { return each.first; });
    const cluster::WriteReply& written = reply.writes[slot.part];
    if (failed != reply.failed.end()) {
        const auto* insert = std::get_if<partiql::Insert>(&*slot.statement);
        const std::uint64_t bytes = insert != nullptr ? types::itemBytes(insert->item) : 0;
        addCost(costs, slot.tableName, refusedCost(written, bytes), false);
        return writeRefusal(out, slot, failed->second);
    }
    if (std::ranges::find(reply.unprocessed, slot.part) != reply.unprocessed.end())
        return writeError(out, slot, ApiError::internal());
    out.name("TableName").string(slot.tableName);
    if (const auto item = returnedItem(*slot.statement, written))
        writeItem(out.name("Item"), *item);
    addCost(costs, slot.tableName, writeCost(*slot.table, written), true);
}

void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    Costs costs;
    out.beginObject();
    out.name("Responses").beginArray();
    for (const Slot& slot : parsed.slots) {
        out.beginObject();
        if (!slot.statement) {
            writeError(out, slot, slot.statement.error());
        } else if (const auto* read = std::get_if<cluster::BatchReadReply>(&reply)) {
            writeRead(out, slot, *read, costs);
        } else {
            writeWritten(out, slot, std::get<cluster::BatchWriteReply>(reply), costs);
        }
        out.endObject();
    }
    out.endArray();
    std::erase_if(costs, [](const TableCost& cost) { return !cost.isShown; });
    if (parsed.capacity != CapacityDetail::None && !costs.empty()) {
        out.name("ConsumedCapacity").beginArray();
        for (const TableCost& cost : costs)
            writeConsumed(out, parsed.capacity, cost.table, cost.consumed);
        out.endArray();
    }
    out.endObject();
}

}  // namespace

const Operation batch_execute_statement = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
