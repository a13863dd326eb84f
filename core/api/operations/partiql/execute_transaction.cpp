// ExecuteTransaction. API reference: API_ExecuteTransaction.html. Runs up to 100 statements as one
// transaction: all read, or all write or check a condition (EXISTS).

#include <algorithm>

#include "core/api/decode/shapes.h"
#include "core/api/items/item_shapes.h"
#include "core/api/items/transaction_arguments.h"
#include "core/api/operations/operations.h"
#include "core/api/statements/statement_arguments.h"
#include "core/api/statements/statement_read.h"
#include "core/api/statements/statement_select.h"
#include "core/api/statements/statement_shapes.h"
#include "core/api/statements/statement_write.h"
#include "core/base/result.h"
#include "core/partiql/key_plan.h"

namespace orrery::api::operations {
namespace {

constexpr std::int64_t kStatementsMax = 100;

constexpr Member kStatementMembers[] = {
    {"Statement", &shapes::kStatement, Presence::NotNull},
    {"Parameters", &shapes::kParameters},
    {"ReturnValuesOnConditionCheckFailure", &shapes::kReturnValuesOnConditionCheckFailure},
};
constexpr Shape kStatement = structure("ParameterizedStatement", kStatementMembers);
constexpr Shape kStatements = listOf(kStatement).lengths(1, kStatementsMax);
constexpr std::int64_t kTokenLengthMax = 36;
constexpr Shape kToken = string().lengths(1, kTokenLengthMax).lengthAlone();
// A token belongs to one operation: recorded in dynoxide's pull request 125. No token of
// TransactWriteItems is long enough to begin with this.
constexpr std::string_view kTokenPrefix = "ExecuteTransaction.ClientRequestToken/";
static_assert(kTokenPrefix.size() > kTokenLengthMax);

// In the order in which DynamoDB reports violations:
// tests/api/execute_transaction/validation_order.test.
constexpr Member kMembers[] = {
    {"ReturnConsumedCapacity", &shapes::kReturnConsumedCapacity},
    {"ClientRequestToken", &kToken},
    {"TransactStatements", &kStatements, Presence::NotNull},
};
constexpr Shape kInput = structure("ExecuteTransactionInput", kMembers);

struct One {
    partiql::Statement statement;
    bool itemOnConditionFailure = false;
    cluster::TablePtr table;  ///< Set when the request is bound.
};

struct Parsed {
    std::vector<One> statements;
    std::string clientToken;
    std::string parametersHash;
    CapacityDetail capacity = CapacityDetail::None;
};

std::unexpected<ApiError> fail(std::string message) {
    return std::unexpected(ApiError::validation(std::move(message)));
}

// What is wrong with a statement, before anything runs.
std::unexpected<ApiError> failIn(std::size_t position, const std::string& message) {
    return fail("Validation failed in TransactStatements[" + std::to_string(position) +
                "]: " + message);
}

// The parameters of all statements come before the first statement.
ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    parsed.capacity = takeCapacityDetail(request);
    parsed.clientToken = request.text("ClientRequestToken");
    if (!parsed.clientToken.empty())
        parsed.parametersHash = parametersHash(*request.find("TransactStatements"));
    const std::vector<Fields> all = request.structures("TransactStatements");
    std::vector<std::vector<expression::SharedValue>> parameters;
    for (const Fields& fields : all) {
        TRY_ASSIGN(auto values, takeParameters(fields));
        parameters.push_back(std::move(values));
    }
    bool reads = false;
    bool writes = false;
    for (std::size_t i = 0; i < all.size(); ++i) {
        auto statement = partiql::parseStatement(all[i].text("Statement"), parameters[i]);
        if (!statement) return failIn(i, statement.error().message);
        (partiql::isRead(*statement) ? reads : writes) = true;
        parsed.statements.push_back(
            {*std::move(statement), all[i].text("ReturnValuesOnConditionCheckFailure") == "ALL_OLD",
             nullptr});
    }
    if (reads && writes)
        return fail(
            "ExecuteTransaction API does not support both read and write operations in the same "
            "request.");
    return parsed;
}

bool hasReturning(const partiql::Statement& statement) {
    using partiql::Returning;
    if (const auto* update = std::get_if<partiql::Update>(&statement))
        return update->returning != Returning::Nothing;
    const auto* deletion = std::get_if<partiql::Delete>(&statement);
    return deletion != nullptr && deletion->returning != Returning::Nothing;
}

// What a statement may not be in a transaction, once its table is known.
ApiResult<void> checkForm(const One& one) {
    if (hasReturning(one.statement))
        return fail("RETURNING clause is not supported in ExecuteTransaction.");
    if (const auto* select = std::get_if<partiql::Select>(&one.statement)) {
        if (!select->index.empty())
            return fail("Reads on indices are not supported within transactions.");
        return checkReadsByKey(*select, *one.table, "ExecuteTransaction");
    }
    if (const auto* exists = std::get_if<partiql::Exists>(&one.statement))
        return checkExists(*exists, *one.table);
    return {};
}

/// The actions of the transaction, and why those that cannot run cancel it.
struct Bound {
    cluster::TransactRead reads;
    cluster::TransactWrite writes;
    std::vector<CancellationReason> reasons;
    DistinctKeys distinct;
    bool isCancelled = false;
    bool repeatsItem = false;
};

void noteKey(Bound& bound, const cluster::TableDescription& table, const types::Key& key) {
    types::Item item;
    types::addKey(item, table.keys, key);
    if (!bound.distinct.add(table.space, keyByValue(item))) bound.repeatsItem = true;
}

ApiResult<void> bindOne(const One& one, Bound& bound) {
    if (const auto* select = std::get_if<partiql::Select>(&one.statement)) {
        TRY_ASSIGN(cluster::ReadItem read, bindReadByKey(*select, one.table, "ExecuteTransaction"));
        noteKey(bound, *one.table, read.key);
        bound.reads.reads.push_back(std::move(read));
        return {};
    }
    if (const auto* exists = std::get_if<partiql::Exists>(&one.statement)) {
        TRY_ASSIGN(cluster::ConditionCheck check, bindExists(*exists, one.table));
        check.itemOnConditionFailure = one.itemOnConditionFailure;
        noteKey(bound, *one.table, check.key);
        bound.writes.actions.emplace_back(std::move(check));
        return {};
    }
    TRY_ASSIGN(cluster::WriteItem write, bindStatementWrite(one.statement, one.table));
    write.itemOnConditionFailure = one.itemOnConditionFailure;
    noteKey(bound, *one.table, write.key);
    bound.writes.actions.emplace_back(std::move(write));
    return {};
}

// A key that does not fit its table cancels the transaction, whatever the statement calls wrong.
ApiError asReason(ApiError error) {
    if (error.message == partiql::kNoWholeKey)
        error.message = "The provided key element does not match the schema";
    return error;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    Bound bound;
    bound.reasons.resize(parsed.statements.size());
    const auto cancel = [&](std::size_t position, ApiError error) {
        bound.reasons[position] = reasonOf(asReason(std::move(error)));
        bound.isCancelled = true;
    };
    for (std::size_t i = 0; i < parsed.statements.size(); ++i) {
        One& one = parsed.statements[i];
        auto table = findTable(catalog, caller, partiql::tableOf(one.statement));
        if (!table) {
            cancel(i, std::move(table).error());
            continue;
        }
        one.table = *std::move(table);
        if (const auto form = checkForm(one); !form) return failIn(i, form.error().message);
    }
    for (std::size_t i = 0; i < parsed.statements.size(); ++i) {
        if (parsed.statements[i].table == nullptr) continue;
        auto done = bindOne(parsed.statements[i], bound);
        if (!done) cancel(i, std::move(done).error());
    }
    if (bound.isCancelled)
        return std::unexpected(ApiError::transactionCanceled(std::move(bound.reasons)));
    if (bound.repeatsItem)
        return fail("Transaction request cannot include multiple operations on one item");
    if (!bound.reads.reads.empty()) return std::move(bound.reads);
    Payload payload;
    for (const cluster::TransactWriteAction& action : bound.writes.actions)
        payload.add(action);
    TRY(payload.check());
    if (!parsed.clientToken.empty())
        bound.writes.clientToken = std::string(kTokenPrefix) + parsed.clientToken;
    bound.writes.parametersHash = parsed.parametersHash;
    bound.writes.accountId = caller.accountId;
    return std::move(bound.writes);
}

void writeReads(const Parsed& parsed, const cluster::TransactReadReply& reply, json::Writer& out) {
    TransactionCosts costs;
    for (std::size_t i = 0; i < reply.items.size(); ++i) {
        const auto& select = std::get<partiql::Select>(parsed.statements[i].statement);
        const cluster::ItemView& item = reply.items[i];
        out.beginObject();
        if (item) writeColumns(out.name("Item"), select.columns, item);
        out.endObject();
        Consumed consumed;
        consumed.tableHalves = readHalves(item ? item.itemBytes : 0, true);
        costs.add(select.table, consumed);
    }
    out.endArray();
    costs.write(out, parsed.capacity, UnitsShown::Read);
}

// A call that is repeated with its token costs the reading of the items.
void writeWrites(const Parsed& parsed, const cluster::TransactWriteReply& reply,
                 json::Writer& out) {
    const bool isRepeated = !reply.repeatedBytes.empty();
    TransactionCosts costs;
    for (std::size_t i = 0; i < parsed.statements.size(); ++i) {
        const One& one = parsed.statements[i];
        Consumed consumed;
        if (isRepeated) {
            consumed.tableHalves = readHalves(reply.repeatedBytes[i], true);
        } else {
            consumed = writeCost(*one.table, reply.writes[i]);
        }
        costs.add(partiql::tableOf(one.statement), consumed);
    }
    out.endArray();
    costs.write(out, parsed.capacity, isRepeated ? UnitsShown::Read : UnitsShown::Write);
}

// Writes have no responses.
void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    out.beginObject().name("Responses").beginArray();
    if (const auto* read = std::get_if<cluster::TransactReadReply>(&reply)) {
        writeReads(parsed, *read, out);
    } else {
        writeWrites(parsed, std::get<cluster::TransactWriteReply>(reply), out);
    }
    out.endObject();
}

}  // namespace

const Operation execute_transaction = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
