#include "tests/model/table.h"

#include <algorithm>

#include "core/base/check.h"

namespace orrery::test::model {
namespace {

std::int64_t unitHalves(std::size_t bytes) {
    return static_cast<std::int64_t>(std::max<std::size_t>(1, (bytes + 1023) / 1024)) * 2;
}

Attributes taken(const Attributes& item, const std::vector<KeyAttribute>& attributes) {
    Attributes part;
    for (const KeyAttribute& attribute : attributes) {
        if (const auto* value = item.if_contains(attribute.name)) part[attribute.name] = *value;
    }
    return part;
}

// True if a key may have the value.
bool suits(const Value& value, char type) {
    if (typeOf(value) != std::string_view(&type, 1)) return false;
    return !contentOf(value).as_string().empty();
}

boost::json::array keySchema(const Schema& schema) {
    boost::json::array all;
    for (const KeyAttribute& attribute : schema.hash)
        all.push_back({{"AttributeName", attribute.name}, {"KeyType", "HASH"}});
    for (const KeyAttribute& attribute : schema.range)
        all.push_back({{"AttributeName", attribute.name}, {"KeyType", "RANGE"}});
    return all;
}

std::int64_t indexHalves(const Schema& index, const std::optional<Attributes>& before,
                         const std::optional<Attributes>& after) {
    if (before == after) return 0;
    const std::size_t bytesBefore = before ? bytesOf(*before) : 0;
    const std::size_t bytesAfter = after ? bytesOf(*after) : 0;
    if (before && after && taken(*before, index.attributes()) != taken(*after, index.attributes()))
        return unitHalves(bytesBefore) + unitHalves(bytesAfter);
    return unitHalves(std::max(bytesBefore, bytesAfter));
}

}  // namespace

std::vector<KeyAttribute> Schema::attributes() const {
    std::vector<KeyAttribute> all = hash;
    all.insert(all.end(), range.begin(), range.end());
    return all;
}

bool Schema::has(const std::string& attribute) const {
    return std::ranges::count(attributes(), attribute, &KeyAttribute::name) > 0;
}

Table::Table(Schema keys, std::vector<Schema> indexes)
    : m_keys(std::move(keys)), m_indexes(std::move(indexes)) {}

Attributes Table::keyOf(const Attributes& item) const {
    return taken(item, m_keys.attributes());
}

std::string Table::keyText(const Attributes& item) const {
    return boost::json::serialize(keyOf(item));
}

const Attributes* Table::find(const Attributes& key) const {
    const auto found = m_items.find(keyText(key));
    return found == m_items.end() ? nullptr : &found->second;
}

void Table::set(const Attributes& key, const std::optional<Attributes>& item) {
    if (item) {
        m_items[keyText(key)] = *item;
    } else {
        m_items.erase(keyText(key));
    }
}

bool Table::suitsIndexes(const Attributes& item) const {
    for (const Schema& index : m_indexes) {
        for (const KeyAttribute& attribute : index.attributes()) {
            const auto* value = item.if_contains(attribute.name);
            if (value != nullptr && !suits(*value, attribute.type)) return false;
        }
    }
    return true;
}

Written Table::evaluate(const Write& write) const {
    using Failure = Written::Failure;
    Written done;
    const Attributes* old = find(write.key);
    if (old != nullptr) done.before = *old;
    const bool isPut = write.kind == Write::Kind::Put || write.kind == Write::Kind::Insert;
    // Seen before the table is.
    if (isPut && !suitsIndexes(write.item)) {
        done.failure = Failure::Validation;
        return done;
    }
    if (write.kind == Write::Kind::Insert && old != nullptr) {
        done.failure = Failure::Duplicate;
        return done;
    }
    const bool isMissing = write.isStatement && old == nullptr;
    if (isMissing && write.kind == Write::Kind::Delete) return done;
    const bool isRefused = isMissing && write.kind == Write::Kind::Update;
    if (isRefused || (write.condition && !holds(*write.condition, old))) {
        done.failure = Failure::Condition;
        return done;
    }
    if (write.kind == Write::Kind::Check) done.after = done.before;
    if (isPut) done.after = write.item;
    if (write.kind != Write::Kind::Update) return done;
    Updated updated = applied(write.update, old, write.key);
    if (!updated.errors.empty()) {
        done.failure = Failure::Validation;
        done.messages.assign(updated.errors.begin(), updated.errors.end());
    } else if (updated.item && !suitsIndexes(*updated.item)) {
        done.failure = Failure::Validation;
    } else {
        done.after = std::move(updated.item);
    }
    return done;
}

std::vector<KeyAttribute> Table::fullKey(const Schema* index) const {
    std::vector<KeyAttribute> all = m_keys.attributes();
    if (index == nullptr) return all;
    for (const KeyAttribute& attribute : index->attributes()) {
        if (!m_keys.has(attribute.name)) all.push_back(attribute);
    }
    return all;
}

std::optional<Attributes> Table::entryOf(const Schema& index, const Attributes& item) const {
    for (const KeyAttribute& attribute : index.attributes()) {
        const auto* value = item.if_contains(attribute.name);
        if (value == nullptr || !suits(*value, attribute.type)) return std::nullopt;
    }
    if (index.projection == "ALL") return item;
    Attributes entry = taken(item, fullKey(&index));
    for (const std::string& name : index.nonKey) {
        if (const auto* value = item.if_contains(name)) entry[name] = *value;
    }
    return entry;
}

std::vector<Attributes> Table::entries(const Schema* index) const {
    std::vector<Attributes> all;
    for (const auto& [key, item] : m_items) {
        if (index == nullptr) {
            all.push_back(item);
        } else if (auto entry = entryOf(*index, item)) {
            all.push_back(*std::move(entry));
        }
    }
    return all;
}

std::int64_t Table::ownHalves(const std::optional<Attributes>& before,
                              const std::optional<Attributes>& after) {
    return unitHalves(std::max(before ? bytesOf(*before) : 0, after ? bytesOf(*after) : 0));
}

std::int64_t Table::writeHalves(const std::optional<Attributes>& before,
                                const std::optional<Attributes>& after) const {
    std::int64_t halves = ownHalves(before, after);
    for (const Schema& index : m_indexes) {
        const auto oldEntry = before ? entryOf(index, *before) : std::nullopt;
        const auto newEntry = after ? entryOf(index, *after) : std::nullopt;
        halves += indexHalves(index, oldEntry, newEntry);
    }
    return halves;
}

std::int64_t readHalves(std::size_t bytes, bool isConsistent) {
    const std::size_t units = std::max<std::size_t>(1, (bytes + 4095) / 4096);
    return static_cast<std::int64_t>(isConsistent ? units * 2 : units);
}

boost::json::object Table::createBody() const {
    boost::json::object body;
    body["TableName"] = name();
    body["BillingMode"] = "PAY_PER_REQUEST";
    body["KeySchema"] = keySchema(m_keys);
    std::map<std::string, char> types;
    for (const KeyAttribute& attribute : m_keys.attributes())
        types[attribute.name] = attribute.type;
    for (const Schema& index : m_indexes) {
        boost::json::object one;
        one["IndexName"] = index.name;
        one["KeySchema"] = keySchema(index);
        boost::json::object projection{{"ProjectionType", index.projection}};
        if (!index.nonKey.empty())
            projection["NonKeyAttributes"] =
                boost::json::array(index.nonKey.begin(), index.nonKey.end());
        one["Projection"] = projection;
        auto& list = body[index.isGlobal ? "GlobalSecondaryIndexes" : "LocalSecondaryIndexes"];
        if (list.is_null()) list = boost::json::array();
        list.as_array().push_back(one);
        for (const KeyAttribute& attribute : index.attributes())
            types[attribute.name] = attribute.type;
    }
    boost::json::array definitions;
    for (const auto& [attribute, type] : types)
        definitions.push_back(
            {{"AttributeName", attribute}, {"AttributeType", std::string(1, type)}});
    body["AttributeDefinitions"] = definitions;
    return body;
}

Table drawTable(Prng& prng, const std::string& name) {
    static const std::vector<char> types{'S', 'N', 'B'};
    Schema keys{name, false, {{"pk", pick(prng, types)}}, {}};
    if (prng.chance({2, 3})) keys.range = {{"sk", pick(prng, types)}};
    const KeyAttribute g{"gx", pick(prng, types)};
    const KeyAttribute h{"hx", pick(prng, types)};
    std::vector<Schema> indexes;
    const auto add = [&](const std::string& index, bool isGlobal, std::vector<KeyAttribute> hash,
                         std::vector<KeyAttribute> range) {
        Schema schema{index, isGlobal, std::move(hash), std::move(range)};
        const auto kind = prng.below(3);
        if (kind == 1) schema.projection = "KEYS_ONLY";
        if (kind == 2) {
            schema.projection = "INCLUDE";
            schema.nonKey = {"ax", "name"};
        }
        indexes.push_back(std::move(schema));
    };
    if (!keys.range.empty() && prng.chance({1, 2})) add("local", false, keys.hash, {h});
    if (prng.chance({1, 2})) add("byGroup", true, {g}, {});
    if (prng.chance({1, 2})) add("byBoth", true, {g}, {h});
    if (prng.chance({1, 4})) add("byMany", true, {g, h}, {keys.hash.front()});
    return Table(keys, indexes);
}

}  // namespace orrery::test::model
