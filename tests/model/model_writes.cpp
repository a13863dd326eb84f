#include <algorithm>
#include <set>

#include "tests/model/model_run.h"

// PutItem, UpdateItem, DeleteItem, BatchWriteItem, TransactWriteItems.

namespace orrery::test::model {
namespace {

using Kind = Write::Kind;
using Failure = Written::Failure;

constexpr std::string_view kConditionFailed = "The conditional request failed";

std::string operationOf(Kind kind) {
    if (kind == Kind::Put) return "PutItem";
    return kind == Kind::Update ? "UpdateItem" : "DeleteItem";
}

std::vector<Path> pathsOf(const Changes& update) {
    std::vector<Path> paths;
    for (const Change& change : update)
        paths.push_back(change.path);
    return paths;
}

// What ReturnValues shows; nothing for no member.
std::optional<Attributes> returnedItem(std::string_view returned, const Write& write,
                                       const Written& written) {
    const bool isOld = returned.ends_with("_OLD");
    const auto& item = isOld ? written.before : written.after;
    if (returned == "NONE" || !item) return std::nullopt;
    if (returned.starts_with("ALL")) return item;
    Attributes shown = projected(*item, pathsOf(write.update));
    if (shown.empty()) return std::nullopt;
    return shown;
}

}  // namespace

void ModelRun::judgeCapacity(const Answer& answer, std::int64_t halves) {
    const auto* consumed = answer.body.if_contains("ConsumedCapacity");
    if (consumed == nullptr) return problem("no capacity is shown");
    double units = 0;
    if (consumed->is_object()) {
        units = consumed->as_object().at("CapacityUnits").to_number<double>();
    } else {
        for (const auto& table : consumed->as_array())
            units += table.as_object().at("CapacityUnits").to_number<double>();
    }
    if (static_cast<std::int64_t>(units * 2) != halves)
        problem("consumed " + boost::json::serialize(*consumed) + ", expected " +
                std::to_string(halves) + " half units");
}

boost::json::object ModelRun::writeBody(Table& table, const Write& write, bool isSimple) {
    boost::json::object body{{"TableName", table.name()}};
    if (write.kind == Kind::Put) {
        body["Item"] = respelled(m_prng, write.item);
    } else {
        body["Key"] = respelled(m_prng, write.key);
    }
    if (write.showsOld) body["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD";
    if (isSimple) {
        if (write.condition) {
            body["Expected"] = legacyConditions(m_prng, *write.condition);
            addOperator(body, *write.condition);
        }
        if (write.kind == Kind::Update)
            body["AttributeUpdates"] = legacyUpdates(m_prng, write.update);
        return body;
    }
    ExpressionText text(m_prng);
    if (write.kind == Kind::Update) body["UpdateExpression"] = text.update(write.update);
    if (write.condition) body["ConditionExpression"] = text.condition(*write.condition);
    text.addTo(body);
    return body;
}

void ModelRun::judgeSingle(const Answer& answer, const Table& table, const Write& write,
                           const Written& expected, std::string_view returned) {
    // A value that no key of an index can have is seen before the item is.
    const bool isUnsuited = std::ranges::any_of(write.update, [&](const Change& change) {
        if (change.kind != Change::Kind::Set || change.path.isNested()) return false;
        Attributes one;
        one[change.path.top()] = change.value;
        return !table.suitsIndexes(one);
    });
    if (isUnsuited && answer.error() == "ValidationException") return;
    if (expected.failure == Failure::Condition) {
        expectError(answer, "ConditionalCheckFailedException", {std::string(kConditionFailed)});
        return expectItem(answer, "Item", write.showsOld ? expected.before : std::nullopt);
    }
    if (expected.failure == Failure::Validation)
        return expectError(answer, "ValidationException", expected.messages);
    if (answer.status != 200)
        return problem("refused with " + answer.error() + ": " + answer.message());
    expectItem(answer, "Attributes", returnedItem(returned, write, expected));
    judgeCapacity(answer, table.writeHalves(expected.before, expected.after));
}

void ModelRun::singleWrite() {
    static const std::vector<Kind> kinds{Kind::Put,    Kind::Put,    Kind::Update,
                                         Kind::Update, Kind::Update, Kind::Delete};
    Table& table = pickTable();
    Draw drawn(m_prng, table);
    const Kind kind = pick(m_prng, kinds);
    const bool isSimple = draw(3);
    const Write write = drawn.write(kind, isSimple, false);
    boost::json::object body = writeBody(table, write, isSimple);
    std::vector<std::string> returns{"NONE", "ALL_OLD"};
    if (kind == Kind::Update) {
        returns.emplace_back("ALL_NEW");
        const bool hasIndex = std::ranges::any_of(
            write.update, [](const auto& each) { return each.path.hasIndex(); });
        if (!hasIndex) returns.insert(returns.end(), {"UPDATED_NEW", "UPDATED_OLD"});
    }
    const std::string returned = pick(m_prng, returns);
    if (returned != "NONE" || draw(4)) body["ReturnValues"] = returned;
    body["ReturnConsumedCapacity"] = draw(2) ? "TOTAL" : "INDEXES";

    Written expected = table.evaluate(write);
    if (isSimple && !expected.messages.empty()) expected.messages = {std::string(kLegacyWrongType)};
    std::vector<Effect> effects;
    if (expected.failure == Failure::None)
        effects.push_back({&table, write.key, expected.before, expected.after});
    const auto answer = askWrite(operationOf(kind), body, effects, Together::All);
    if (!answer) return;
    judgeSingle(*answer, table, write, expected, returned);
    apply(effects);
    ++m_compared[operationOf(kind)];
}

// Writes of different items.
std::vector<Write> ModelRun::drawWrites(std::vector<Table*>& tables, bool isStatement,
                                        bool withChecks) {
    std::vector<Write> writes;
    std::set<std::string> keys;
    const std::size_t count = 1 + m_prng.below(6);
    for (std::size_t i = 0; i < count; ++i) {
        Table& table = pickTable();
        Draw drawn(m_prng, table);
        drawn.keepTypes();
        std::vector<Kind> kinds{isStatement ? Kind::Insert : Kind::Put, Kind::Update, Kind::Delete};
        if (withChecks) kinds.push_back(Kind::Check);
        Write write = drawn.write(pick(m_prng, kinds), false, isStatement);
        if (!keys.insert(table.name() + table.keyText(write.key)).second) continue;
        tables.push_back(&table);
        writes.push_back(std::move(write));
    }
    return writes;
}

void ModelRun::batchWrite() {
    boost::json::object items;
    std::vector<Effect> effects;
    std::set<std::string> keys;
    std::int64_t halves = 0;
    const std::size_t count = 1 + m_prng.below(12);
    for (std::size_t i = 0; i < count; ++i) {
        Table& table = pickTable();
        Draw drawn(m_prng, table);
        drawn.keepTypes();
        const Attributes key = drawn.key();
        if (!keys.insert(table.name() + table.keyText(key)).second) continue;
        const Attributes* old = table.find(key);
        Effect effect{&table, key, {}, {}};
        if (old != nullptr) effect.before = *old;
        boost::json::object one;
        if (draw(3)) {
            one["DeleteRequest"] = {{"Key", respelled(m_prng, key)}};
        } else {
            effect.after = drawn.item(key);
            one["PutRequest"] = {{"Item", respelled(m_prng, *effect.after)}};
        }
        auto& list = items[table.name()];
        if (list.is_null()) list = boost::json::array();
        list.as_array().push_back(one);
        halves += table.writeHalves(effect.before, effect.after);
        effects.push_back(std::move(effect));
    }
    boost::json::object body{{"RequestItems", items}, {"ReturnConsumedCapacity", "TOTAL"}};
    const auto answer = askWrite("BatchWriteItem", body, effects, Together::Each);
    if (!answer) return;
    if (answer->status != 200)
        return problem("refused with " + answer->error() + ": " + answer->message());
    judgeCapacity(*answer, halves);
    apply(effects);
    ++m_compared["BatchWriteItem"];
}

void ModelRun::judgeCancelled(const Answer& answer, const std::vector<Write>& writes,
                              const std::vector<Written>& expected) {
    expectError(answer, "TransactionCanceledException", {});
    if (!m_problem.empty()) return;
    const auto& reasons = answer.body.at("CancellationReasons").as_array();
    if (reasons.size() != writes.size()) return problem("there are reasons for other actions");
    for (std::size_t i = 0; i < writes.size(); ++i) {
        const auto& reason = reasons[i].as_object();
        const Failure failure = expected[i].failure;
        const std::string code(reason.at("Code").as_string());
        const char* wanted = failure == Failure::None        ? "None"
                             : failure == Failure::Condition ? "ConditionalCheckFailed"
                             : failure == Failure::Duplicate ? "DuplicateItem"
                                                             : "ValidationError";
        if (code != wanted)
            return problem("action " + std::to_string(i) + " is refused by " + code +
                           ", expected " + wanted + " in " + boost::json::serialize(answer.body));
        const Answer part{200, reason};
        const bool showsOld = failure == Failure::Condition && writes[i].showsOld;
        expectItem(part, "Item", showsOld ? expected[i].before : std::nullopt);
    }
}

void ModelRun::transactWrite() {
    static const std::map<Kind, std::string> names{{Kind::Put, "Put"},
                                                   {Kind::Update, "Update"},
                                                   {Kind::Delete, "Delete"},
                                                   {Kind::Check, "ConditionCheck"}};
    std::vector<Table*> tables;
    const std::vector<Write> writes = drawWrites(tables, false, true);
    boost::json::array actions;
    std::vector<Effect> effects;
    std::vector<Written> expected;
    std::int64_t halves = 0;
    bool isRefused = false;
    for (std::size_t i = 0; i < writes.size(); ++i) {
        boost::json::object action;
        action[names.at(writes[i].kind)] = writeBody(*tables[i], writes[i], false);
        actions.push_back(action);
        expected.push_back(tables[i]->evaluate(writes[i]));
        const Written& written = expected.back();
        isRefused = isRefused || written.failure != Failure::None;
        effects.push_back({tables[i], writes[i].key, written.before, written.after});
        // The table's own units are doubled, those of its indexes are not.
        halves += tables[i]->writeHalves(written.before, written.after) +
                  tables[i]->ownHalves(written.before, written.after);
    }
    if (isRefused) effects.clear();
    boost::json::object body{{"TransactItems", actions}, {"ReturnConsumedCapacity", "TOTAL"}};
    const bool hasToken = draw(3);
    const auto answer = hasToken ? askWithToken("TransactWriteItems", body)
                                 : askWrite("TransactWriteItems", body, effects, Together::All);
    if (!answer) return;
    ++m_compared["TransactWriteItems"];
    if (isRefused) return judgeCancelled(*answer, writes, expected);
    if (answer->status != 200)
        return problem("refused with " + answer->error() + ": " + answer->message());
    // A repeated call costs a reading.
    const auto& consumed = answer->body.at("ConsumedCapacity").as_array();
    if (!consumed.front().as_object().contains("ReadCapacityUnits")) judgeCapacity(*answer, halves);
    apply(effects);
}

}  // namespace orrery::test::model
