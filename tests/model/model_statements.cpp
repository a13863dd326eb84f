#include <algorithm>
#include <set>

#include "tests/model/model_range.h"

// ExecuteStatement, BatchExecuteStatement, ExecuteTransaction.

namespace orrery::test::model {
namespace {

using Kind = Write::Kind;
using Failure = Written::Failure;

Condition equal(const std::string& name, const boost::json::value& value) {
    return {.comparator = "=",
            .operands = {{Operand::Kind::OfPath, Path::attribute(name)},
                         {.kind = Operand::Kind::Constant, .value = value}}};
}

// "pk = 'a' AND sk = ?" and the rest of the clause.
std::string whereText(StatementText& text, const Table& table, const Write& write) {
    Condition all{.kind = Condition::Kind::And};
    for (const KeyAttribute& attribute : table.keys().attributes())
        all.parts.push_back(equal(attribute.name, write.key.at(attribute.name)));
    if (write.condition) all.parts.push_back(*write.condition);
    return " WHERE " + text.condition(all);
}

}  // namespace

boost::json::object ModelRun::statementBody(const Table& table, const Write& write,
                                            std::string_view returning) {
    StatementText text(m_prng);
    const std::string name = StatementText::quoted(table.name());
    std::string statement;
    switch (write.kind) {
        case Kind::Insert:
            statement = "INSERT INTO " + name + " VALUE " + text.tuple(write.item);
            break;
        case Kind::Update:
            statement = "UPDATE " + name + " " + text.update(write.update);
            statement += whereText(text, table, write);
            break;
        case Kind::Check:
            statement = "EXISTS(SELECT * FROM " + name;
            statement += whereText(text, table, write) + ")";
            break;
        default:
            statement = "DELETE FROM " + name;
            statement += whereText(text, table, write);
    }
    if (!returning.empty()) statement += " RETURNING " + std::string(returning) + " *";
    boost::json::object body{{"Statement", statement}};
    if (!text.parameters().empty()) body["Parameters"] = text.parameters();
    if (write.showsOld) body["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD";
    return body;
}

void ModelRun::statement() {
    static const std::vector<Kind> kinds{Kind::Insert, Kind::Insert, Kind::Update, Kind::Update,
                                         Kind::Delete};
    Table& table = pickTable();
    Draw drawn(m_prng, table);
    const Write write = drawn.write(pick(m_prng, kinds), false, true);
    std::string returning;
    if (write.kind == Kind::Update && draw(2)) returning = draw(2) ? "ALL OLD" : "ALL NEW";
    if (write.kind == Kind::Delete && draw(2)) returning = "ALL OLD";
    boost::json::object body = statementBody(table, write, returning);
    body["ReturnConsumedCapacity"] = "TOTAL";
    const Written expected = table.evaluate(write);
    std::vector<Effect> effects;
    if (expected.failure == Failure::None)
        effects.push_back({&table, write.key, expected.before, expected.after});
    const auto answer = askWrite("ExecuteStatement", body, effects, Together::All);
    if (!answer) return;
    ++m_compared["ExecuteStatement, writes"];
    if (expected.failure == Failure::Duplicate)
        return expectError(*answer, "DuplicateItemException",
                           {"Duplicate primary key exists in table"});
    if (expected.failure != Failure::None)
        return judgeSingle(*answer, table, write, expected, "NONE");
    if (answer->status != 200)
        return problem("refused with " + answer->error() + ": " + answer->message());
    judgeCapacity(*answer, table.writeHalves(expected.before, expected.after));
    apply(effects);
    const auto& shown = returning == "ALL NEW" ? expected.after : expected.before;
    const auto& items = answer->body.at("Items").as_array();
    const bool isShown = !returning.empty() && shown;
    if (items.size() != (isShown ? 1U : 0U))
        return problem("answered " + boost::json::serialize(answer->body));
    if (isShown && sorted(items.front().as_object()) != *shown)
        problem("returned " + boost::json::serialize(items) + ", expected " +
                boost::json::serialize(*shown));
}

void ModelRun::select() {
    Range range = drawRange();
    range.isStatement = true;
    // Statements are refused for keys of several attributes of a kind.
    if (range.index != nullptr && range.index->hash.size() > 1) return;
    Draw drawn(m_prng, *range.table);
    const Schema& schema = range.index != nullptr ? *range.index : range.table->keys();
    const bool hasAll = schema.projection == "ALL";
    if (!draw(3)) drawKeyCondition(range);
    if (hasAll && draw(2)) range.filter = drawn.filter(schema, false);
    if (hasAll && draw(3)) range.projection = drawn.projection(true);
    if (draw(3)) range.limit = 1 + m_prng.below(5);
    if (range.limit != 0) range.body["Limit"] = range.limit;
    StatementText text(m_prng);
    std::string columns;
    for (const Path& path : range.projection)
        columns += (columns.empty() ? "" : ", ") + text.path(path);
    std::string statement = "SELECT " + (columns.empty() ? "*" : columns) + " FROM ";
    statement += StatementText::quoted(range.table->name());
    if (range.index != nullptr) statement += "." + StatementText::quoted(range.index->name);
    Condition where{.kind = Condition::Kind::And};
    for (const auto* part : {&range.keys, &range.filter})
        if (*part) where.parts.push_back(**part);
    if (!where.parts.empty()) statement += " WHERE " + text.condition(where);
    if (range.keys && !range.rangeKeys().empty() && draw(2)) {
        range.isOrdered = true;
        range.isForward = draw(2);
        statement += " ORDER BY " + text.path(Path::attribute(range.rangeKeys().front().name)) +
                     (range.isForward ? "" : " DESC");
    }
    range.body["Statement"] = statement;
    if (!text.parameters().empty()) range.body["Parameters"] = text.parameters();
    if (readPages("ExecuteStatement", range)) judgePages("ExecuteStatement", range);
}

void ModelRun::readStatements() {
    const bool isTransaction = draw(2);
    const bool isConsistent = isTransaction || draw(2);
    boost::json::array statements;
    std::vector<std::optional<Attributes>> expected;
    std::set<std::string> keys;
    const std::size_t count = 1 + m_prng.below(5);
    for (std::size_t i = 0; i < count; ++i) {
        Table& table = pickTable();
        Draw drawn(m_prng, table);
        const Write read{.key = drawn.key()};
        if (!keys.insert(table.name() + table.keyText(read.key)).second) continue;
        StatementText text(m_prng);
        std::string statement = "SELECT * FROM " + StatementText::quoted(table.name());
        statement += whereText(text, table, read);
        boost::json::object one{{"Statement", statement}};
        if (!text.parameters().empty()) one["Parameters"] = text.parameters();
        if (!isTransaction) one["ConsistentRead"] = isConsistent;
        statements.push_back(one);
        const Attributes* item = table.find(read.key);
        expected.push_back(item != nullptr ? std::optional(*item) : std::nullopt);
    }
    const std::string operation = isTransaction ? "ExecuteTransaction" : "BatchExecuteStatement";
    boost::json::object body;
    body[isTransaction ? "TransactStatements" : "Statements"] = statements;
    const auto answer = insist(operation, body);
    if (!answer || answer->isInternal()) return;
    if (answer->status != 200)
        return problem("refused with " + answer->error() + ": " + answer->message());
    if (!isConsistent && !m_isSettled) return;
    const auto& responses = answer->body.at("Responses").as_array();
    if (responses.size() != expected.size()) return problem("another number of responses");
    for (std::size_t i = 0; i < expected.size(); ++i) {
        // A replica may have been out of reach.
        if (!responses[i].as_object().contains("Error"))
            expectItem({200, responses[i].as_object()}, "Item", expected[i]);
    }
    ++m_compared[operation + ", reads"];
}

void ModelRun::batchStatements() {
    std::vector<Table*> tables;
    const std::vector<Write> writes = drawWrites(tables, true, false);
    boost::json::array statements;
    std::vector<Effect> effects;
    std::vector<Written> expected;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        statements.push_back(statementBody(*tables[i], writes[i], ""));
        expected.push_back(tables[i]->evaluate(writes[i]));
        const Written& written = expected.back();
        if (written.failure == Failure::None)
            effects.push_back({tables[i], writes[i].key, written.before, written.after});
    }
    const auto answer =
        askWrite("BatchExecuteStatement", {{"Statements", statements}}, effects, Together::Each);
    if (!answer) return;
    if (answer->status != 200)
        return problem("refused with " + answer->error() + ": " + answer->message());
    apply(effects);
    ++m_compared["BatchExecuteStatement"];
    const auto& responses = answer->body.at("Responses").as_array();
    if (responses.size() != writes.size()) return problem("another number of responses");
    for (std::size_t i = 0; i < writes.size(); ++i) {
        const auto* error = responses[i].as_object().if_contains("Error");
        const std::string code(error ? error->at("Code").as_string() : "None");
        const Failure failure = expected[i].failure;
        const char* wanted = failure == Failure::None        ? "None"
                             : failure == Failure::Condition ? "ConditionalCheckFailed"
                             : failure == Failure::Duplicate ? "DuplicateItem"
                                                             : "ValidationError";
        if (code != wanted)
            return problem("statement " + std::to_string(i) + " answered " +
                           boost::json::serialize(responses[i]) + ", expected " + wanted);
    }
}

void ModelRun::transactStatements() {
    std::vector<Table*> tables;
    const std::vector<Write> writes = drawWrites(tables, true, true);
    boost::json::array statements;
    std::vector<Effect> effects;
    std::vector<Written> expected;
    bool isRefused = false;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        statements.push_back(statementBody(*tables[i], writes[i], ""));
        expected.push_back(tables[i]->evaluate(writes[i]));
        const Written& written = expected.back();
        isRefused = isRefused || written.failure != Failure::None;
        effects.push_back({tables[i], writes[i].key, written.before, written.after});
    }
    if (isRefused) effects.clear();
    const boost::json::object body{{"TransactStatements", statements}};
    const auto answer = draw(3) ? askWithToken("ExecuteTransaction", body)
                                : askWrite("ExecuteTransaction", body, effects, Together::All);
    if (!answer) return;
    ++m_compared["ExecuteTransaction"];
    if (isRefused) return judgeCancelled(*answer, writes, expected);
    if (answer->status != 200)
        return problem("refused with " + answer->error() + ": " + answer->message());
    apply(effects);
}

}  // namespace orrery::test::model
