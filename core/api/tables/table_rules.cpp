#include "core/api/tables/table_rules.h"

#include <algorithm>
#include <string>

#include "core/api/tables/throughput_rules.h"
#include "core/base/result.h"

namespace orrery::api {
namespace {

constexpr std::string_view kInvalid = "One or more parameter values were invalid: ";

std::unexpected<ApiError> refuse(std::string text) {
    return std::unexpected(ApiError::validation(std::move(text)));
}

std::unexpected<ApiError> invalid(const std::string& text) {
    return refuse(std::string(kInvalid) + text);
}

std::string listText(const std::vector<std::string>& names) {
    std::string text = "[";
    for (const std::string& name : names) {
        if (text.size() > 1) text += ", ";
        text += name;
    }
    return text + "]";
}

std::vector<std::string> namesOf(const std::vector<KeyElement>& keys) {
    std::vector<std::string> names;
    for (const KeyElement& key : keys)
        names.push_back(key.attribute);
    return names;
}

std::vector<std::string> namesOf(const std::vector<types::KeyAttribute>& attributes) {
    std::vector<std::string> names;
    for (const types::KeyAttribute& attribute : attributes)
        names.push_back(attribute.name);
    return names;
}

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::ranges::find(names, name) != names.end();
}

ApiResult<void> checkKeysDefined(const std::vector<KeyElement>& keys,
                                 const std::vector<types::KeyAttribute>& attributes) {
    const std::vector<std::string> defined = namesOf(attributes);
    const std::vector<std::string> wanted = namesOf(keys);
    if (std::ranges::all_of(wanted, [&](const auto& name) { return contains(defined, name); }))
        return {};
    return invalid("Some index key attributes are not defined in AttributeDefinitions. Keys: " +
                   listText(wanted) + ", AttributeDefinitions: " + listText(defined));
}

// False for one attribute of each kind, as in the key of a table.
bool isComposite(const std::vector<KeyElement>& keys) {
    return keys.size() > 2 ||
           (keys.size() == 2 && std::ranges::count_if(keys, &KeyElement::isHash) != 1);
}

ApiResult<void> checkDistinctNames(const std::vector<KeyElement>& keys) {
    std::vector<std::string> seen;
    for (const std::string& name : namesOf(keys)) {
        if (contains(seen, name))
            return refuse("The KeySchema contains multiple key attributes with the same name");
        seen.push_back(name);
    }
    return {};
}

ApiResult<void> checkBilling(const TableDefinition& table) {
    if (table.billing == cluster::BillingMode::PayPerRequest) {
        if (table.throughput)
            return invalid(
                "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when "
                "BillingMode is PAY_PER_REQUEST");
        return {};
    }
    if (!table.throughput)
        return invalid(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is "
            "PROVISIONED");
    return checkBounds(*table.throughput);
}

ApiResult<void> checkNoDuplicates(const std::vector<types::KeyAttribute>& attributes) {
    std::vector<std::string> seen;
    for (const std::string& name : namesOf(attributes)) {
        if (contains(seen, name)) return refuse("Attribute Name is duplicated: " + name);
        seen.push_back(name);
    }
    return {};
}

ApiResult<void> checkTableKeys(const TableDefinition& table) {
    TRY(checkNoDuplicates(table.attributes));
    if (table.keys.size() > table.attributes.size())
        return refuse("Invalid KeySchema: Some index key attribute have no definition");
    TRY(checkKeySchema(table.keys, table.attributes));
    const bool noIndexes = !table.localIndexes && !table.globalIndexes;
    if (noIndexes && table.keys.size() != table.attributes.size())
        return invalid(
            "Number of attributes in KeySchema does not exactly match number of attributes defined "
            "in AttributeDefinitions");
    return {};
}

ApiResult<void> checkLocalIndex(const IndexDefinition& index, const TableDefinition& table) {
    TRY(checkKeySchema(index.keys, table.attributes));
    if (index.keys.size() != 2)
        return invalid("Index KeySchema does not have a range key for index: " + index.name);
    const std::string& indexHash = index.keys.front().attribute;
    const std::string& tableHash = table.keys.front().attribute;
    if (indexHash != tableHash)
        return invalid(
            "Index KeySchema does not have the same leading hash key as table KeySchema for "
            "index: " +
            index.name + ". index hash key: " + indexHash + ", table hash key: " + tableHash);
    return checkProjection(index);
}

ApiResult<void> checkLocalIndexes(const TableDefinition& table, std::vector<std::string>& names) {
    if (!table.localIndexes) return {};
    for (const IndexDefinition& index : *table.localIndexes) {
        TRY(checkLocalIndex(index, table));
        if (contains(names, index.name)) return invalid("Duplicate index name: " + index.name);
        names.push_back(index.name);
    }
    if (table.localIndexes->size() > kLocalIndexesMax)
        return invalid("Number of LocalSecondaryIndexes exceeds per-table limit of 5");
    return {};
}

ApiResult<void> checkGlobalIndex(const IndexDefinition& index, const TableDefinition& table) {
    TRY(checkIndexKeySchema(index.keys, table.attributes));
    TRY(checkProjection(index));
    const bool onDemand = table.billing == cluster::BillingMode::PayPerRequest;
    if (onDemand && index.throughput)
        return invalid("ProvisionedThroughput should not be specified for index: " + index.name +
                       " when BillingMode is PAY_PER_REQUEST");
    if (!onDemand && !index.throughput)
        return invalid("ProvisionedThroughput is not specified for index: " + index.name);
    if (index.throughput) TRY(checkBounds(*index.throughput));
    if (index.onDemandMax)
        TRY(checkOnDemand(*index.onDemandMax, table.billing, ThroughputUse::CreateTable,
                          index.name));
    return checkNewWarm(index.warm, table.billing, index.throughput, index.name);
}

ApiResult<void> checkGlobalIndexes(const TableDefinition& table, std::vector<std::string>& names) {
    if (!table.globalIndexes) return {};
    for (const IndexDefinition& index : *table.globalIndexes) {
        TRY(checkGlobalIndex(index, table));
        if (contains(names, index.name)) return invalid("Duplicate index name: " + index.name);
        names.push_back(index.name);
    }
    if (table.globalIndexes->size() > kGlobalIndexesMax)
        return invalid("GlobalSecondaryIndex count exceeds the per-table limit of 20");
    return {};
}

// The service checks that there are indexes, and that the attributes of their keys are defined,
// before it looks for definitions that no key uses: dynalite's test/createTable.js.
ApiResult<void> checkIndexesDefined(const TableDefinition& table) {
    if (table.localIndexes) {
        if (table.localIndexes->empty()) return invalid("List of LocalSecondaryIndexes is empty");
        if (table.keys.size() != 2)
            return invalid(
                "Table KeySchema does not have a range key, which is required when specifying a "
                "LocalSecondaryIndex");
    }
    if (table.globalIndexes && table.globalIndexes->empty())
        return invalid("List of GlobalSecondaryIndexes is empty");
    for (const auto* indexes : {&table.localIndexes, &table.globalIndexes}) {
        if (!*indexes) continue;
        for (const IndexDefinition& index : **indexes)
            TRY(checkKeysDefined(index.keys, table.attributes));
    }
    return {};
}

// The request must define the attributes of its keys and no others.
ApiResult<void> checkDefinitionsUsed(const TableDefinition& table) {
    std::vector<std::string> used = namesOf(table.keys);
    for (const auto* indexes : {&table.localIndexes, &table.globalIndexes}) {
        if (!*indexes) continue;
        for (const IndexDefinition& index : **indexes)
            for (const std::string& name : namesOf(index.keys))
                if (!contains(used, name)) used.push_back(name);
    }
    const std::vector<std::string> defined = namesOf(table.attributes);
    for (const std::string& name : defined)
        if (!contains(used, name))
            return invalid("Some AttributeDefinitions are not used. AttributeDefinitions: " +
                           listText(defined) + ", keys used: " + listText(used));
    return {};
}

}  // namespace

ApiResult<void> checkIndexKeySchema(const std::vector<KeyElement>& keys,
                                    const std::vector<types::KeyAttribute>& attributes) {
    if (!isComposite(keys)) return checkKeySchema(keys, attributes);
    const auto hashes = static_cast<std::size_t>(std::ranges::count_if(keys, &KeyElement::isHash));
    TRY(checkKeysDefined(keys, attributes));
    TRY(checkDistinctNames(keys));
    if (!keys[0].isHash)
        return refuse("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
    for (std::size_t i = 0; i < hashes; ++i)
        if (!keys[i].isHash)
            return invalid(
                "All HASH key attributes must precede RANGE key attributes in the KeySchema");
    if (hashes > types::kIndexKeyAttributesMax)
        return invalid("The KeySchema exceeds the maximum allowed number of HASH key attributes");
    if (keys.size() - hashes > types::kIndexKeyAttributesMax)
        return invalid("The KeySchema exceeds the maximum allowed number of RANGE key attributes");
    return {};
}

ApiResult<void> checkKeySchema(const std::vector<KeyElement>& keys,
                               const std::vector<types::KeyAttribute>& attributes) {
    TRY(checkKeysDefined(keys, attributes));
    if (keys.size() == 2 && keys[0].attribute == keys[1].attribute)
        return refuse(
            "Both the Hash Key and the Range Key element in the KeySchema have the same name");
    if (!keys[0].isHash)
        return refuse("Invalid KeySchema: The first KeySchemaElement is not a HASH key type");
    if (keys.size() == 2 && keys[1].isHash)
        return refuse("Invalid KeySchema: The second KeySchemaElement is not a RANGE key type");
    return {};
}

ApiResult<void> checkProjection(const IndexDefinition& index) {
    if (!index.projectionType) return invalid("Unknown ProjectionType: null");
    const bool include = *index.projectionType == "INCLUDE";
    if (index.nonKeyAttributes && !include)
        return invalid("ProjectionType is " + *index.projectionType +
                       ", but NonKeyAttributes is specified");
    if (!index.nonKeyAttributes && include)
        return invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified");
    std::vector<std::string> seen;
    for (const std::string& name : index.nonKeyAttributes.value_or(std::vector<std::string>())) {
        if (contains(seen, name)) return invalid("Duplicate element in NonKeyAttributes: " + name);
        seen.push_back(name);
    }
    return {};
}

// The text is ours; the service's is not known.
ApiResult<void> checkNonKeyAttributes(std::size_t count) {
    if (count <= kNonKeyAttributesMax) return {};
    return invalid("Number of NonKeyAttributes of all secondary indexes, " + std::to_string(count) +
                   ", exceeds the per-table limit of " + std::to_string(kNonKeyAttributesMax));
}

ApiResult<void> checkTable(const TableDefinition& table) {
    TRY(checkBilling(table));
    if (table.onDemandMax)
        TRY(checkOnDemand(*table.onDemandMax, table.billing, ThroughputUse::CreateTable));
    TRY(checkNewWarm(table.warm, table.billing, table.throughput));
    TRY(checkTableKeys(table));
    TRY(checkIndexesDefined(table));
    // A name that is twice in a key comes before a definition that no key uses, according to
    // test_gsi_composite_keys.py of ScyllaDB's suite.
    if (table.globalIndexes)
        for (const IndexDefinition& index : *table.globalIndexes)
            if (isComposite(index.keys)) TRY(checkDistinctNames(index.keys));
    // The service reports an unused definition before the other errors of the indexes.
    TRY(checkDefinitionsUsed(table));
    std::vector<std::string> names;
    TRY(checkLocalIndexes(table, names));
    TRY(checkGlobalIndexes(table, names));
    std::size_t nonKeys = 0;
    for (const auto* indexes : {&table.localIndexes, &table.globalIndexes}) {
        if (!*indexes) continue;
        for (const IndexDefinition& index : **indexes)
            if (index.nonKeyAttributes) nonKeys += index.nonKeyAttributes->size();
    }
    return checkNonKeyAttributes(nonKeys);
}

}  // namespace orrery::api
