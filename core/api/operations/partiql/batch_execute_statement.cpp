// BatchExecuteStatement. API reference: API_BatchExecuteStatement.html. Runs up to 25 statements,
// each on one item and each on its own: what is wrong with one stands in its place of the reply.

#include <algorithm>
#include <utility>

#include "core/api/decode/shapes.h"
#include "core/api/items/capacity.h"
#include "core/api/items/item_json.h"
#include "core/api/operations/operations.h"
#include "core/api/statements/statement_arguments.h"
#include "core/api/statements/statement_read.h"
#include "core/api/statements/statement_select.h"
#include "core/api/statements/statement_shapes.h"
#include "core/api/statements/statement_write.h"
#include "core/base/result.h"

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

// ReturnValuesOnConditionCheckFailure has no effect here: recorded in the conformance suite.
ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    parsed.capacity = takeCapacityDetail(request);
    for (const Fields& fields : request.structures("Statements"))
        parsed.slots.push_back({takeSlot(fields), fields.flag("ConsistentRead"), nullptr, 0});
    const bool reads = std::ranges::any_of(parsed.slots, isReadSlot);
    if (reads && std::ranges::any_of(parsed.slots, isWriteSlot))
        return fail(
            "BatchExecuteStatement API does not support both read and write operations in the same "
            "request.");
    return parsed;
}

// Binds each statement; one that fails is left out.
ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    cluster::ReadBatch reads;
    cluster::WriteBatch writes;
    writes.failsSingly = true;
    for (Slot& slot : parsed.slots) {
        if (!slot.statement) continue;
        const auto table = findTable(catalog, caller, partiql::tableOf(*slot.statement));
        if (!table) {
            slot.statement = std::unexpected(table.error());
            continue;
        }
        slot.table = *table;
        if (const auto* select = std::get_if<partiql::Select>(&*slot.statement)) {
            auto read = bindReadByKey(*select, slot.table, "BatchExecuteStatement");
            if (read) {
                read->consistent = slot.consistent;
                slot.part = static_cast<std::uint32_t>(reads.reads.size());
                reads.reads.push_back(*std::move(read));
            } else {
                slot.statement = std::unexpected(std::move(read).error());
            }
            continue;
        }
        auto write = bindStatementWrite(*slot.statement, slot.table);
        if (write) {
            slot.part = static_cast<std::uint32_t>(writes.writes.size());
            writes.writes.push_back(*std::move(write));
        } else {
            slot.statement = std::unexpected(std::move(write).error());
        }
    }
    if (!reads.reads.empty()) return reads;
    if (!writes.writes.empty()) return writes;
    return cluster::ReadNothing{};
}

void writeError(json::Writer& out, const ApiError& error) {
    const CancellationReason reason = reasonOf(error);
    out.name("Error").beginObject();
    out.name("Code").string(reason.code).name("Message").string(reason.message);
    out.endObject();
}

/// The cost of each table, in the order in which the statements name them.
using Costs = std::vector<std::pair<std::string, Consumed>>;

void addCost(Costs& costs, const std::string& table, const Consumed& cost) {
    const auto found = std::ranges::find(costs, table, [](const auto& each) { return each.first; });
    if (found == costs.end()) {
        costs.emplace_back(table, cost);
    } else {
        found->second.add(cost);
    }
}

// What became of a statement that ran: an error, or an item if it has one.
void writeRead(json::Writer& out, const Slot& slot, const cluster::BatchReadReply& reply,
               Costs& costs) {
    const auto& select = std::get<partiql::Select>(*slot.statement);
    if (std::ranges::find(reply.unprocessed, slot.part) != reply.unprocessed.end())
        return writeError(out, ApiError::internal());
    const cluster::ItemView& item = reply.items[slot.part];
    if (item) writeColumns(out.name("Item"), select.columns, item);
    Consumed cost;
    cost.tableHalves = readHalves(item ? item.itemBytes : 0, slot.consistent);
    addCost(costs, select.table, cost);
}

void writeWritten(json::Writer& out, const Slot& slot, const cluster::BatchWriteReply& reply,
                  Costs& costs) {
    const auto failed =
        std::ranges::find(reply.failed, slot.part, [](const auto& each) { return each.first; });
    if (failed != reply.failed.end()) return writeError(out, failed->second);
    if (std::ranges::find(reply.unprocessed, slot.part) != reply.unprocessed.end())
        return writeError(out, ApiError::internal());
    const cluster::WriteReply& written = reply.writes[slot.part];
    if (const auto item = returnedItem(*slot.statement, written))
        writeItem(out.name("Item"), *item);
    addCost(costs, partiql::tableOf(*slot.statement), writeCost(*slot.table, written));
}

void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    Costs costs;
    out.beginObject();
    out.name("Responses").beginArray();
    for (const Slot& slot : parsed.slots) {
        out.beginObject();
        if (!slot.statement) {
            writeError(out, slot.statement.error());
        } else {
            // Only a statement that reached its table names it.
            out.name("TableName").string(partiql::tableOf(*slot.statement));
            if (const auto* read = std::get_if<cluster::BatchReadReply>(&reply)) {
                writeRead(out, slot, *read, costs);
            } else {
                writeWritten(out, slot, std::get<cluster::BatchWriteReply>(reply), costs);
            }
        }
        out.endObject();
    }
    out.endArray();
    if (parsed.capacity != CapacityDetail::None && !costs.empty()) {
        out.name("ConsumedCapacity").beginArray();
        for (const auto& [table, cost] : costs)
            writeConsumed(out, parsed.capacity, table, cost);
        out.endArray();
    }
    out.endObject();
}

}  // namespace

const Operation batch_execute_statement = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
