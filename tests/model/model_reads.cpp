#include <algorithm>
#include <set>

#include "tests/model/model_range.h"

// GetItem, BatchGetItem, TransactGetItems, Query, Scan.

namespace orrery::test::model {
namespace {

using Kind = Condition::Kind;

std::optional<Attributes> shownOf(const Attributes* item, const std::vector<Path>& paths) {
    if (item == nullptr) return std::nullopt;
    return paths.empty() ? *item : projected(*item, paths);
}

Operand pathOperand(const std::string& name) {
    return {Operand::Kind::OfPath, Path::attribute(name)};
}

Operand valueOperand(Value value) {
    return {.kind = Operand::Kind::Constant, .value = std::move(value)};
}

// A condition for a sort key.
Condition drawSortCondition(Prng& prng, const KeyAttribute& key) {
    static const std::vector<std::string> comparators{"=", "<", "<=", ">", ">="};
    Condition condition{.operands = {pathOperand(key.name)}};
    Value low = drawKeyValue(prng, key.type);
    Value high = drawKeyValue(prng, key.type);
    if (*compared(low, high) > 0) std::swap(low, high);
    condition.operands.push_back(valueOperand(low));
    const auto kind = prng.below(4);
    if (kind == 0) {
        condition.kind = Kind::Between;
        condition.operands.push_back(valueOperand(high));
    } else if (kind == 1 && key.type != 'N') {
        condition.kind = Kind::BeginsWith;
    } else {
        condition.comparator = pick(prng, comparators);
    }
    return condition;
}

boost::json::array namesOf(const std::vector<Path>& paths) {
    boost::json::array names;
    for (const Path& path : paths)
        names.push_back(boost::json::value(path.top()));
    return names;
}

}  // namespace

std::string textOf(const Attributes& item) {
    std::map<std::string, std::string> members;
    for (const auto& [name, value] : item) {
        const bool isMap = typeOf(value) == "M";
        members[std::string(name)] =
            isMap ? "M" + textOf(contentOf(value).as_object()) : boost::json::serialize(value);
        if (typeOf(value) != "L") continue;
        std::string list = "L";
        for (const auto& element : elementsOf(value))
            list += textOf({{"-", element}});
        members[std::string(name)] = list;
    }
    std::string text = "{";
    for (const auto& [name, value] : members)
        text += name + ":" + value + ",";
    return text + "}";
}

ModelRun::Range::Expected ModelRun::Range::expected() const {
    Expected all;
    for (const auto& [key, item] : table->items()) {
        const auto entry = index != nullptr ? table->entryOf(*index, item) : item;
        if (!entry || (keys && !holds(*keys, &*entry))) continue;
        ++all.scanned;
        all.bytes += bytesOf(*entry);
        if (filter && !holds(*filter, &*entry)) continue;
        const Attributes& whole = wholeItems ? item : *entry;
        all.items.push_back(textOf(projection.empty() ? whole : projected(item, projection)));
    }
    std::ranges::sort(all.items);
    return all;
}

void ModelRun::getItem() {
    Table& table = pickTable();
    Draw drawn(m_prng, table);
    const Attributes key = drawn.key();
    const bool isConsistent = draw(2);
    boost::json::object body{{"TableName", table.name()},
                             {"Key", respelled(m_prng, key)},
                             {"ReturnConsumedCapacity", "TOTAL"}};
    if (isConsistent || draw(2)) body["ConsistentRead"] = isConsistent;
    std::vector<Path> paths;
    if (draw(3)) {
        paths = drawn.projection(false);
        ExpressionText text(m_prng);
        body["ProjectionExpression"] = text.projection(paths);
        text.addTo(body);
    } else if (draw(4)) {
        paths = drawn.projection(true);
        body["AttributesToGet"] = namesOf(paths);
    }
    const auto answer = insist("GetItem", body);
    if (!answer || answer->isInternal()) return;
    if (answer->status != 200)
        return problem("refused with " + answer->error() + ": " + answer->message());
    if (!isConsistent && !m_isSettled) return;
    const Attributes* item = table.find(key);
    expectItem(*answer, "Item", shownOf(item, paths));
    judgeCapacity(*answer, readHalves(item == nullptr ? 0 : bytesOf(*item), isConsistent));
    ++m_compared["GetItem"];
}

void ModelRun::batchGet() {
    boost::json::object requests;
    std::vector<std::string> expected;
    const bool isConsistent = draw(2);
    for (Table& table : m_tables) {
        Draw drawn(m_prng, table);
        std::map<std::string, Attributes> keys;
        const std::size_t count = m_prng.below(6);
        for (std::size_t i = 0; i < count; ++i) {
            const Attributes key = drawn.key();
            keys[table.keyText(key)] = key;
        }
        if (keys.empty()) continue;
        const std::vector<Path> paths = draw(3) ? drawn.projection(false) : std::vector<Path>();
        boost::json::array list;
        for (const auto& [text, key] : keys) {
            list.push_back(respelled(m_prng, key));
            const auto item = shownOf(table.find(key), paths);
            if (item) expected.push_back(table.name() + textOf(*item));
        }
        boost::json::object request{{"Keys", list}, {"ConsistentRead", isConsistent}};
        if (!paths.empty()) {
            ExpressionText text(m_prng);
            request["ProjectionExpression"] = text.projection(paths);
            text.addTo(request);
        }
        requests[table.name()] = request;
    }
    if (requests.empty()) return;
    const auto answer = insist("BatchGetItem", {{"RequestItems", requests}});
    if (!answer || answer->isInternal()) return;
    if (answer->status != 200)
        return problem("refused with " + answer->error() + ": " + answer->message());
    const bool isWhole = answer->body.at("UnprocessedKeys").as_object().empty();
    if (!isWhole || (!isConsistent && !m_isSettled)) return;
    std::vector<std::string> shown;
    for (const auto& [table, items] : answer->body.at("Responses").as_object()) {
        for (const auto& item : items.as_array())
            shown.push_back(std::string(table) + textOf(sorted(item.as_object())));
    }
    std::ranges::sort(shown);
    std::ranges::sort(expected);
    if (shown != expected)
        problem("other items than expected: " + boost::json::serialize(answer->body));
    ++m_compared["BatchGetItem"];
}

void ModelRun::transactGet() {
    boost::json::array gets;
    std::vector<std::optional<Attributes>> expected;
    std::set<std::string> keys;
    const std::size_t count = 1 + m_prng.below(6);
    for (std::size_t i = 0; i < count; ++i) {
        Table& table = pickTable();
        Draw drawn(m_prng, table);
        const Attributes key = drawn.key();
        if (!keys.insert(table.name() + table.keyText(key)).second) continue;
        boost::json::object get{{"TableName", table.name()}, {"Key", respelled(m_prng, key)}};
        std::vector<Path> paths;
        if (draw(3)) {
            paths = drawn.projection(false);
            ExpressionText text(m_prng);
            get["ProjectionExpression"] = text.projection(paths);
            text.addTo(get);
        }
        boost::json::object one;
        one["Get"] = get;
        gets.push_back(one);
        expected.push_back(shownOf(table.find(key), paths));
    }
    const auto answer = insist("TransactGetItems", {{"TransactItems", gets}});
    if (!answer || answer->isInternal()) return;
    if (answer->status != 200)
        return problem("refused with " + answer->error() + ": " + answer->message());
    const auto& responses = answer->body.at("Responses").as_array();
    if (responses.size() != expected.size()) return problem("another number of responses");
    for (std::size_t i = 0; i < expected.size(); ++i)
        expectItem({200, responses[i].as_object()}, "Item", expected[i]);
    ++m_compared["TransactGetItems"];
}

void ModelRun::drawKeyCondition(Range& range) {
    const Schema& schema = range.index != nullptr ? *range.index : range.table->keys();
    const std::vector<Attributes> entries = range.table->entries(range.index);
    Condition keys{.kind = Kind::And};
    const Attributes* like = entries.empty() || draw(4) ? nullptr : &pick(m_prng, entries);
    for (const KeyAttribute& attribute : schema.hash) {
        const Value value =
            like != nullptr ? like->at(attribute.name) : drawKeyValue(m_prng, attribute.type);
        keys.parts.push_back(
            {.comparator = "=", .operands = {pathOperand(attribute.name), valueOperand(value)}});
    }
    if (!schema.range.empty() && draw(2))
        keys.parts.push_back(drawSortCondition(m_prng, schema.range.front()));
    range.keys = keys.parts.size() == 1 ? keys.parts.front() : keys;
}

// The filter and what is shown, of those that the index has.
void ModelRun::drawFilter(Range& range, bool isSimple) {
    Draw drawn(m_prng, *range.table);
    const Schema& schema = range.index != nullptr ? *range.index : range.table->keys();
    const bool hasAll = schema.projection == "ALL";
    const bool isLocal = range.index != nullptr && !range.index->isGlobal;
    if (hasAll && draw(2)) range.filter = drawn.filter(schema, isSimple);
    if (range.filter && isSimple && (schema.has("ax") || schema.has("name"))) range.filter.reset();
    if ((hasAll || (isLocal && range.keys)) && draw(3))
        range.projection = drawn.projection(isSimple);
    if (draw(3)) range.limit = 1 + m_prng.below(5);
    if (range.limit != 0) range.body["Limit"] = range.limit;
    if (!range.projection.empty() || range.isStatement) return;
    if (draw(6)) {
        range.isCount = true;
        range.body["Select"] = "COUNT";
    } else if (isLocal && range.keys && draw(3)) {
        range.wholeItems = true;
        range.body["Select"] = "ALL_ATTRIBUTES";
    }
}

ModelRun::Range ModelRun::drawRange() {
    Range range{.table = &pickTable()};
    if (!range.table->indexes().empty() && draw(2))
        range.index = &pick(m_prng, range.table->indexes());
    range.isConsistent = (range.index == nullptr || !range.index->isGlobal) && draw(2);
    return range;
}

void ModelRun::query() {
    Range range = drawRange();
    drawKeyCondition(range);
    const bool isSimple = draw(4) && (range.index == nullptr || range.index->hash.size() == 1);
    drawFilter(range, isSimple);
    range.isOrdered = true;
    range.isForward = draw(2);
    if (!range.isForward || draw(2)) range.body["ScanIndexForward"] = range.isForward;
    if (isSimple) {
        range.body["KeyConditions"] = legacyConditions(m_prng, *range.keys);
    } else {
        ExpressionText text(m_prng);
        range.body["KeyConditionExpression"] = text.condition(*range.keys);
        if (range.filter) range.body["FilterExpression"] = text.condition(*range.filter);
        if (!range.projection.empty())
            range.body["ProjectionExpression"] = text.projection(range.projection);
        text.addTo(range.body);
    }
    if (isSimple) addLegacy(range, "QueryFilter");
    if (readPages("Query", range)) judgePages("Query", range);
}

void ModelRun::addLegacy(Range& range, std::string_view member) {
    if (range.filter) range.body[member] = legacyConditions(m_prng, *range.filter);
    if (range.filter) addOperator(range.body, *range.filter);
    if (!range.projection.empty()) range.body["AttributesToGet"] = namesOf(range.projection);
}

void ModelRun::scan() {
    Range range = drawRange();
    const bool isSimple = draw(4);
    drawFilter(range, isSimple);
    if (isSimple) {
        addLegacy(range, "ScanFilter");
    } else {
        ExpressionText text(m_prng);
        if (range.filter) range.body["FilterExpression"] = text.condition(*range.filter);
        if (!range.projection.empty())
            range.body["ProjectionExpression"] = text.projection(range.projection);
        text.addTo(range.body);
    }
    const std::uint64_t segments = draw(4) ? 2 + m_prng.below(4) : 1;
    for (std::uint64_t segment = 0; segment < segments; ++segment) {
        if (segments > 1) {
            range.body["Segment"] = segment;
            range.body["TotalSegments"] = segments;
        }
        if (!readPages("Scan", range)) return;
    }
    judgePages("Scan", range);
}

bool ModelRun::readPages(std::string_view operation, Range& range) {
    if (!range.isStatement) {
        range.body["TableName"] = range.table->name();
        if (range.index != nullptr) range.body["IndexName"] = range.index->name;
        range.body["ReturnConsumedCapacity"] = "TOTAL";
    }
    range.body["ConsistentRead"] = range.isConsistent;
    const char* start = range.isStatement ? "NextToken" : "ExclusiveStartKey";
    const char* next = range.isStatement ? "NextToken" : "LastEvaluatedKey";
    range.body.erase(start);
    for (int page = 0; page < 200; ++page) {
        const auto answer = insist(operation, range.body);
        if (!answer || answer->isInternal()) return false;
        if (answer->status != 200) {
            problem("refused with " + answer->error() + ": " + answer->message());
            return false;
        }
        ++range.pages;
        takePage(*answer, range);
        const auto* from = answer->body.if_contains(next);
        if (from == nullptr || !m_problem.empty()) return m_problem.empty();
        range.body[start] = *from;
    }
    problem("the pages have no end");
    return false;
}

void ModelRun::takePage(const Answer& answer, Range& range) {
    if (const auto* items = answer.body.if_contains("Items")) {
        for (const auto& item : items->as_array())
            range.shown.push_back(sorted(item.as_object()));
    }
    if (range.isStatement) return;
    const auto scanned = answer.body.at("ScannedCount").to_number<std::size_t>();
    range.count += answer.body.at("Count").to_number<std::size_t>();
    range.scanned += scanned;
    if (range.limit == 0) return;
    const bool isFull = scanned == range.limit;
    if (scanned > range.limit || (answer.body.contains("LastEvaluatedKey") && !isFull))
        problem("a page has " + std::to_string(scanned) + " items");
}

void ModelRun::judgePages(std::string_view operation, const Range& range) {
    const bool isExact = range.isConsistent || m_isSettled;
    if (!isExact) return;
    ++m_compared[std::string(operation)];
    const Range::Expected expected = range.expected();
    std::vector<std::string> shown;
    for (const Attributes& item : range.shown)
        shown.push_back(textOf(item));
    std::ranges::sort(shown);
    std::string all;
    for (const std::string& item : expected.items)
        all += "\n" + item;
    if (range.isCount ? !shown.empty() : shown != expected.items) {
        std::string other;
        for (const std::string& item : shown)
            other += "\n" + item;
        return problem("shown are" + other + "\nexpected" + all);
    }
    const bool hasCounts = !range.isStatement;
    if (hasCounts && (range.count != expected.items.size() || range.scanned != expected.scanned))
        return problem("counted " + std::to_string(range.count) + " of " +
                       std::to_string(range.scanned) + ", expected " +
                       std::to_string(expected.items.size()) + " of " +
                       std::to_string(expected.scanned));
    if (!range.isOrdered || !range.projection.empty() || range.rangeKeys().empty()) return;
    for (std::size_t i = 1; i < range.shown.size(); ++i) {
        const std::string& key = range.rangeKeys().front().name;
        const int order = *model::compared(range.shown[i - 1].at(key), range.shown[i].at(key));
        if (range.isForward ? order > 0 : order < 0) return problem("the items are out of order");
    }
}

void ModelRun::readSettled() {
    settle();
    for (int i = 0; i < 6 && m_problem.empty(); ++i) {
        switch (m_prng.below(6)) {
            case 0:
                getItem();
                break;
            case 1:
                batchGet();
                break;
            case 2:
                select();
                break;
            case 3:
                scan();
                break;
            default:
                query();
        }
    }
}

}  // namespace orrery::test::model
