// ExecuteStatement. API reference: API_ExecuteStatement.html. Runs one PartiQL statement: a SELECT
// is a page of a Query or Scan, the others write one item.

#include "core/api/decode/shapes.h"
#include "core/api/items/capacity.h"
#include "core/api/items/item_json.h"
#include "core/api/items/range_reply.h"
#include "core/api/operations/operations.h"
#include "core/api/statements/next_token.h"
#include "core/api/statements/statement_arguments.h"
#include "core/api/statements/statement_select.h"
#include "core/api/statements/statement_shapes.h"
#include "core/api/statements/statement_write.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kNextToken = string().lengths(1, 32768);

// In the order in which DynamoDB reports violations:
// tests/api/execute_statement/validation_order.test.
constexpr Member kMembers[] = {
    {"ReturnConsumedCapacity", &shapes::kReturnConsumedCapacity},
    {"Statement", &shapes::kStatement, Presence::NotNull},
    {"Parameters", &shapes::kParameters},
    {"ConsistentRead", &shapes::kFlag},
    {"NextToken", &kNextToken},
    {"Limit", &shapes::kLimit},
    {"ReturnValuesOnConditionCheckFailure", &shapes::kReturnValuesOnConditionCheckFailure},
};
constexpr Shape kInput = structure("ExecuteStatementInput", kMembers);

struct Parsed {
    partiql::Statement statement;
    std::uint64_t fingerprint = 0;
    bool itemOnConditionFailure = false;
    CapacityDetail capacity = CapacityDetail::None;
    SelectArguments select;  ///< For a SELECT.

    // Set when the request is bound, for the other statements.
    cluster::TablePtr table;
};

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    TRY_ASSIGN(parsed.statement, takeStatement(request));
    if (std::holds_alternative<partiql::Exists>(parsed.statement))
        return std::unexpected(
            ApiError::validation("EXISTS can only be used in ExecuteTransaction write requests."));
    parsed.fingerprint = statementFingerprint(request);
    parsed.capacity = takeCapacityDetail(request);
    parsed.itemOnConditionFailure =
        request.text("ReturnValuesOnConditionCheckFailure") == "ALL_OLD";
    RangeArguments& range = parsed.select.range;
    range.consistent = request.flag("ConsistentRead");
    if (const auto limit = request.integer("Limit"))
        range.limit = static_cast<std::uint64_t>(*limit);
    if (const auto token = request.optionalText("NextToken")) {
        TRY_ASSIGN(range.startKey, keyOfToken(*token, parsed.fingerprint));
    }
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    if (const auto* select = std::get_if<partiql::Select>(&parsed.statement)) {
        TRY_ASSIGN(cluster::ReadRange range, bindSelect(*select, parsed.select, catalog, caller));
        return range;
    }
    TRY_ASSIGN(parsed.table, findTable(catalog, caller, partiql::tableOf(parsed.statement)));
    TRY_ASSIGN(cluster::WriteItem write, bindStatementWrite(parsed.statement, parsed.table));
    write.itemOnConditionFailure = parsed.itemOnConditionFailure;
    return write;
}

void writeSelectReply(const Parsed& parsed, const cluster::RangeReply& reply, json::Writer& out) {
    const RangeArguments& range = parsed.select.range;
    writeSelected(out.name("Items"), parsed.select, reply);
    if (reply.more && !reply.items.empty()) {
        const types::Item key = lastKey(range, reply.items.back());
        out.name("NextToken").string(nextToken(parsed.fingerprint, key));
        writeItem(out.name("LastEvaluatedKey"), key);
    }
    writeConsumedMember(out, parsed.capacity, range.tableName, pageCost(range, reply));
}

void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    out.beginObject();
    if (const auto* page = std::get_if<cluster::RangeReply>(&reply)) {
        writeSelectReply(parsed, *page, out);
    } else {
        const auto& written = std::get<cluster::WriteReply>(reply);
        out.name("Items").beginArray();
        if (const auto item = returnedItem(parsed.statement, written)) writeItem(out, *item);
        out.endArray();
        if (parsed.capacity != CapacityDetail::None)
            writeConsumedMember(out, parsed.capacity, partiql::tableOf(parsed.statement),
                                writeCost(*parsed.table, written));
    }
    out.endObject();
}

}  // namespace

const Operation execute_statement = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
