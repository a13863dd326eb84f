#include "tests/model/draw.h"

#include <algorithm>

namespace orrery::test::model {
namespace {

const std::vector<std::string>& attributeNames() {
    static const std::vector<std::string> names{"ax", "bx", "cx", "name", "d.x", "é", "gx", "hx"};
    return names;
}

const Attributes* drawItem(Prng& prng, const Table& table) {
    if (table.items().empty()) return nullptr;
    return &std::next(table.items().begin(),
                      static_cast<std::ptrdiff_t>(prng.below(table.items().size())))
                ->second;
}

Operand pathOperand(Path path) {
    return {Operand::Kind::OfPath, std::move(path)};
}

Operand valueOperand(Value value) {
    return {.kind = Operand::Kind::Constant, .value = std::move(value)};
}

bool isOrdered(const Value& value) {
    const std::string_view type = typeOf(value);
    return type == "S" || type == "N" || type == "B";
}

}  // namespace

char Draw::keyType(const std::string& attribute) const {
    for (const Schema& index : m_table.indexes()) {
        for (const KeyAttribute& each : index.attributes()) {
            if (each.name == attribute) return each.type;
        }
    }
    return '\0';
}

std::string Draw::attribute() {
    return pick(m_prng, attributeNames());
}

Attributes Draw::key() {
    const Attributes* item = m_prng.chance({1, 2}) ? drawItem(m_prng, m_table) : nullptr;
    if (item != nullptr) return m_table.keyOf(*item);
    Attributes key;
    for (const KeyAttribute& attribute : m_table.keys().attributes())
        key[attribute.name] = drawKeyValue(m_prng, attribute.type);
    return key;
}

Value Draw::valueFor(const std::string& attribute) {
    const char type = keyType(attribute);
    if (type == '\0') return drawValue(m_prng);
    if (m_keepsTypes || !m_prng.chance({1, 50})) return drawKeyValue(m_prng, type);
    // Of another type, or empty, but no longer than a key may be.
    Value value = drawValue(m_prng);
    while (bytesOf({{attribute, value}}) > 500)
        value = drawValue(m_prng);
    return value;
}

Attributes Draw::item(const Attributes& key) {
    Attributes item = key;
    for (const std::string& name : attributeNames()) {
        if (m_prng.chance({1, 2})) item[name] = valueFor(name);
    }
    return item;
}

Path Draw::path(const std::string& top) {
    Path path = Path::attribute(top);
    if (keyType(top) != '\0' || !m_prng.chance({1, 3})) return path;
    static const std::vector<std::string> names{"mx", "my", "name"};
    const std::size_t steps = 1 + m_prng.below(2);
    for (std::size_t i = 0; i < steps; ++i) {
        if (m_prng.chance({1, 2})) {
            path.steps.push_back({pick(m_prng, names)});
        } else {
            path.steps.push_back({"", static_cast<int>(m_prng.below(4))});
        }
    }
    return path;
}

Value Draw::valueLike(const Path& path) {
    const Attributes* item = m_prng.chance({2, 3}) ? drawItem(m_prng, m_table) : nullptr;
    const Value* value = item == nullptr ? nullptr : find(*item, path);
    if (value != nullptr) return *value;
    const char type = keyType(path.top());
    return type == '\0' ? drawValue(m_prng, 1) : drawKeyValue(m_prng, type);
}

Value Draw::ordered(const Path& path) {
    Value value = valueLike(path);
    return isOrdered(value) ? value : drawValue(m_prng, "N");
}

Condition Draw::simple(const std::string& attribute) {
    using Kind = Condition::Kind;
    static const std::vector<std::string> comparators{"=", "<>", "<", "<=", ">", ">="};
    const Path path = Path::attribute(attribute);
    Condition condition{.kind = Kind::Compare, .operands = {pathOperand(path)}};
    const auto add = [&](Value value) { condition.operands.push_back(valueOperand(value)); };
    switch (m_prng.below(8)) {
        case 0:
            condition.kind = Kind::Exists;
            break;
        case 1:
            condition.kind = Kind::Missing;
            break;
        case 2: {
            condition.kind = Kind::Between;
            Value low = ordered(path);
            Value high = drawValue(m_prng, typeOf(low));
            if (*compared(low, high) > 0) std::swap(low, high);
            add(low);
            add(high);
            break;
        }
        case 3:
            condition.kind = Kind::In;
            add(ordered(path));
            add(drawValue(m_prng, typeOf(condition.operands[1].value)));
            break;
        case 4:
            condition.kind = Kind::BeginsWith;
            add(drawValue(m_prng, m_prng.chance({1, 4}) ? "B" : "S"));
            break;
        case 5:
            condition.kind = Kind::Contains;
            add(drawValue(m_prng, m_prng.chance({1, 2}) ? "S" : "N"));
            break;
        default:
            condition.comparator = pick(m_prng, comparators);
            add(condition.comparator.size() == 1 && condition.comparator == "=" ? valueLike(path)
                                                                                : ordered(path));
    }
    return condition;
}

Condition Draw::leaf(const Schema* without) {
    using Kind = Condition::Kind;
    std::string name = attribute();
    while (without != nullptr && without->has(name))
        name = attribute();
    Condition condition = simple(name);
    condition.operands.front().path = path(name);
    switch (m_prng.below(6)) {
        case 0: {
            static const std::vector<std::string> types{"S", "N", "B", "SS", "L", "M", "BOOL"};
            return {.kind = Kind::HasType,
                    .operands = {condition.operands.front(),
                                 valueOperand(stringValue(pick(m_prng, types)))}};
        }
        case 1:
            return {
                .kind = Kind::Compare,
                .comparator = m_prng.chance({1, 2}) ? "<" : ">=",
                .operands = {
                    {Operand::Kind::SizeOf, condition.operands.front().path},
                    valueOperand(numberValue(static_cast<std::int64_t>(m_prng.below(5)) * 10))}};
        case 2: {
            std::string other = attribute();
            while (other == name || (without != nullptr && without->has(other)))
                other = attribute();
            return {.kind = Kind::Compare,
                    .comparator = m_prng.chance({1, 2}) ? "=" : "<=",
                    .operands = {condition.operands.front(), pathOperand(path(other))}};
        }
        default:
            return condition;
    }
}

Condition Draw::tree(const Schema* without, int depth) {
    using Kind = Condition::Kind;
    if (depth == 0 || m_prng.chance({1, 2})) return leaf(without);
    const auto kind = m_prng.below(5);
    if (kind == 0) return {.kind = Kind::Not, .parts = {tree(without, depth - 1)}};
    Condition condition{.kind = kind < 3 ? Kind::And : Kind::Or};
    const std::size_t count = 2 + m_prng.below(2);
    for (std::size_t i = 0; i < count; ++i)
        condition.parts.push_back(tree(without, depth - 1));
    return condition;
}

Condition Draw::condition(bool isSimple) {
    if (!isSimple) return tree(nullptr, 2);
    Condition condition{.kind = m_prng.chance({1, 2}) ? Condition::Kind::And : Condition::Kind::Or};
    condition.parts.push_back(simple("ax"));
    if (m_prng.chance({1, 2})) condition.parts.push_back(simple("name"));
    return condition;
}

Condition Draw::filter(const Schema& keys, bool isSimple) {
    return isSimple ? condition(true) : tree(&keys, 2);
}

Change Draw::assigning(const std::string& attribute, bool isStatement) {
    using Kind = Change::Kind;
    Change change{.path = path(attribute)};
    const bool isKey = keyType(attribute) != '\0';
    const auto kind = isKey ? 0 : m_prng.below(isStatement ? 6 : 7);
    change.source = m_prng.chance({1, 2}) ? change.path : path(this->attribute());
    if (kind < 2) {
        change.value = valueFor(attribute);
    } else if (kind == 2) {
        change.kind = Kind::Copy;
    } else if (kind == 3 || kind == 4) {
        change.kind = kind == 3 ? Kind::Plus : Kind::Minus;
        change.value = drawValue(m_prng, "N");
    } else if (kind == 5) {
        change.kind = Kind::Append;
        boost::json::array elements;
        elements.push_back(drawValue(m_prng, 0));
        change.value = {{"L", elements}};
    } else {
        change.kind = Kind::IfNotExists;
        change.value = drawValue(m_prng);
    }
    return change;
}

Change Draw::change(const std::string& attribute, bool isSimple, bool isStatement) {
    using Kind = Change::Kind;
    static const std::vector<std::string> sets{"SS", "NS", "BS"};
    const bool isKey = keyType(attribute) != '\0';
    const auto kind = m_prng.below(6);
    if (kind == 0) {
        return {.kind = Kind::Remove,
                .path = isSimple ? Path::attribute(attribute) : path(attribute)};
    }
    if (kind < 3 && !isKey) {
        const bool isAdd = kind == 1;
        const bool isNumber = isAdd && !isStatement && m_prng.chance({1, 2});
        return {.kind = isAdd ? Kind::Add : Kind::Delete,
                .path = isSimple || isStatement ? Path::attribute(attribute) : path(attribute),
                .value = drawValue(m_prng, isNumber ? "N" : pick(m_prng, sets))};
    }
    if (!isSimple) return assigning(attribute, isStatement);
    return {.kind = Kind::Set, .path = Path::attribute(attribute), .value = valueFor(attribute)};
}

Changes Draw::update(bool isSimple, bool isStatement) {
    Changes update;
    for (const std::string& name : attributeNames()) {
        if (m_prng.chance({1, 5})) update.push_back(change(name, isSimple, isStatement));
    }
    if (update.empty()) update.push_back(change(attribute(), isSimple, isStatement));
    // Two elements of one list.
    const Path& path = update.front().path;
    if (isSimple || isStatement || update.size() > 1 || !path.isNested()) return update;
    if (path.steps.back().index < 0 || !m_prng.chance({1, 2})) return update;
    Change other = update.front();
    other.path.steps.back().index += 1 + static_cast<int>(m_prng.below(3));
    if (m_prng.chance({1, 2})) other = {.kind = Change::Kind::Remove, .path = other.path};
    update.push_back(std::move(other));
    return update;
}

std::vector<Path> Draw::projection(bool isFlat) {
    std::vector<Path> paths;
    for (const std::string& name : attributeNames()) {
        if (m_prng.chance({1, 3})) paths.push_back(isFlat ? Path::attribute(name) : path(name));
    }
    if (paths.empty() || m_prng.chance({1, 3})) paths.push_back(Path::attribute("pk"));
    return paths;
}

Write Draw::write(Write::Kind kind, bool isSimple, bool isStatement) {
    Write write{.kind = kind, .key = key(), .isStatement = isStatement};
    if (kind == Write::Kind::Put || kind == Write::Kind::Insert) write.item = item(write.key);
    if (kind == Write::Kind::Update) write.update = update(isSimple, isStatement);
    const bool isPlain = kind == Write::Kind::Insert || m_prng.chance({1, 2});
    if (kind == Write::Kind::Check || !isPlain) write.condition = condition(isSimple);
    write.showsOld = write.condition && m_prng.chance({1, 2});
    return write;
}

}  // namespace orrery::test::model
