#include "core/types/key_schema.h"

#include "core/base/check.h"
#include "core/base/result.h"

namespace orrery::types {
namespace {

// The service's texts, as recorded by dynamodb-conformance and by dynalite's tests.

ApiError missingKey(const std::string& name) {
    return ApiError::validation("One or more parameter values were invalid: Missing the key " +
                                name + " in the item");
}

ApiError typeMismatch(const KeyAttribute& attribute, AttributeType actual) {
    std::string text =
        "One or more parameter values were invalid: Type mismatch for key " + attribute.name;
    text.append(" expected: ").append(wireName(attribute.type));
    text.append(" actual: ").append(wireName(actual));
    return ApiError::validation(std::move(text));
}

ApiError schemaMismatch() {
    return ApiError::validation("The provided key element does not match the schema");
}

std::string_view emptyKind(AttributeType type) {
    return type == AttributeType::String ? "string" : "binary";
}

ApiError emptyKey(const KeyAttribute& attribute) {
    std::string text =
        "One or more parameter values are not valid. The AttributeValue for a key attribute "
        "cannot contain an empty ";
    text.append(emptyKind(attribute.type)).append(" value. Key: ").append(attribute.name);
    return ApiError::validation(std::move(text));
}

ApiError partitionKeyTooLong() {
    return ApiError::validation(
        "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size "
        "limit of2048 bytes");
}

ApiError sortKeyTooLong() {
    return ApiError::validation(
        "One or more parameter values were invalid: Aggregated size of all range keys has exceeded "
        "the size limit of 1024 bytes");
}

enum class Role { Partition, Sort };

// The number of bytes of a key value that counts against a limit. A number never exceeds one.
std::size_t keyBytes(const AttributeValue& value) {
    if (const auto* text = value.as<std::string>()) return text->size();
    if (const auto* binary = value.as<Binary>()) return binary->bytes.size();
    return 0;
}

bool isEmptyKey(const AttributeValue& value) {
    return value.type() != AttributeType::Number && keyBytes(value) == 0;
}

// Checks a value of the right type, in this order.
ApiResult<void> checkKeyValue(const AttributeValue& value, const KeyAttribute& attribute,
                              Role role) {
    if (isEmptyKey(value)) return std::unexpected(emptyKey(attribute));
    const std::size_t bytes = keyBytes(value);
    if (role == Role::Partition && bytes > kPartitionKeyBytesMax)
        return std::unexpected(partitionKeyTooLong());
    if (role == Role::Sort && bytes > kSortKeyBytesMax) return std::unexpected(sortKeyTooLong());
    return {};
}

ApiResult<AttributeValue> takeFromItem(const Item& item, const KeyAttribute& attribute, Role role) {
    const AttributeValue* value = item.find(attribute.name);
    if (value == nullptr) return std::unexpected(missingKey(attribute.name));
    if (value->type() != attribute.type)
        return std::unexpected(typeMismatch(attribute, value->type()));
    TRY(checkKeyValue(*value, attribute, role));
    return *value;
}

ApiResult<AttributeValue> takeFromKey(const Item& key, const KeyAttribute& attribute, Role role) {
    const AttributeValue* value = key.find(attribute.name);
    if (value == nullptr || value->type() != attribute.type)
        return std::unexpected(schemaMismatch());
    TRY(checkKeyValue(*value, attribute, role));
    return *value;
}

ApiResult<void> checkIndexKey(const Item& item, const KeyAttribute& attribute, Role role,
                              std::string_view indexName) {
    const AttributeValue* value = item.find(attribute.name);
    if (value == nullptr) return {};
    if (value->type() != attribute.type) {
        std::string text =
            "One or more parameter values were invalid: Type mismatch for Index Key ";
        text.append(attribute.name).append(" Expected: ").append(wireName(attribute.type));
        text.append(" Actual: ").append(wireName(value->type()));
        text.append(" IndexName: ").append(indexName);
        return std::unexpected(ApiError::validation(std::move(text)));
    }
    if (isEmptyKey(*value)) {
        std::string text =
            "One or more parameter values are not valid. A value specified for a secondary index "
            "key is not supported. The AttributeValue for a key attribute cannot contain an empty ";
        text.append(emptyKind(attribute.type)).append(" value. IndexName: ").append(indexName);
        text.append(", IndexKey: ").append(attribute.name);
        return std::unexpected(ApiError::validation(std::move(text)));
    }
    return checkKeyValue(*value, attribute, role);
}

// The attribute if it can be part of an index key, otherwise null.
const AttributeValue* findIndexable(const Item& item, const KeyAttribute& attribute, Role role) {
    const AttributeValue* value = item.find(attribute.name);
    if (value == nullptr || value->type() != attribute.type || isEmptyKey(*value)) return nullptr;
    const std::size_t most = role == Role::Partition ? kPartitionKeyBytesMax : kSortKeyBytesMax;
    return keyBytes(*value) <= most ? value : nullptr;
}

std::size_t bytesOf(const Item& item, const std::vector<KeyAttribute>& attributes) {
    std::size_t bytes = 0;
    for (const KeyAttribute& attribute : attributes)
        if (const AttributeValue* value = item.find(attribute.name)) bytes += keyBytes(*value);
    return bytes;
}

// The values after the first of each kind. False if the item has no entry in the index.
bool takeMore(const Item& item, const KeySchema& schema, Key& key) {
    const auto take = [&](const KeyAttribute& attribute, Role role,
                          std::vector<AttributeValue>& values) {
        const AttributeValue* value = findIndexable(item, attribute, role);
        if (value != nullptr) values.push_back(*value);
        return value != nullptr;
    };
    for (const KeyAttribute& attribute : schema.morePartition)
        if (!take(attribute, Role::Partition, key.morePartition)) return false;
    for (const KeyAttribute& attribute : schema.moreSort)
        if (!take(attribute, Role::Sort, key.moreSort)) return false;
    return bytesOf(item, schema.partitionAttributes()) <= kPartitionKeyBytesMax &&
           bytesOf(item, schema.sortAttributes()) <= kSortKeyBytesMax;
}

}  // namespace

std::vector<KeyAttribute> KeySchema::partitionAttributes() const {
    std::vector<KeyAttribute> all{partition};
    all.insert(all.end(), morePartition.begin(), morePartition.end());
    return all;
}

std::vector<KeyAttribute> KeySchema::sortAttributes() const {
    std::vector<KeyAttribute> all;
    if (sort) all.push_back(*sort);
    all.insert(all.end(), moreSort.begin(), moreSort.end());
    return all;
}

std::vector<KeyAttribute> KeySchema::attributes() const {
    std::vector<KeyAttribute> all = partitionAttributes();
    for (KeyAttribute& attribute : sortAttributes())
        all.push_back(std::move(attribute));
    return all;
}

ApiResult<Key> keyOf(const Item& item, const KeySchema& schema) {
    Key key;
    TRY_ASSIGN(key.partition, takeFromItem(item, schema.partition, Role::Partition));
    if (schema.sort) {
        TRY_ASSIGN(key.sort, takeFromItem(item, *schema.sort, Role::Sort));
    }
    return key;
}

ApiResult<Key> keyFromRequest(const Item& key, const KeySchema& schema) {
    const std::size_t more = schema.morePartition.size() + schema.moreSort.size();
    if (key.size() != (schema.sort ? 2u : 1u) + more) return std::unexpected(schemaMismatch());
    Key taken;
    TRY_ASSIGN(taken.partition, takeFromKey(key, schema.partition, Role::Partition));
    if (schema.sort) {
        TRY_ASSIGN(taken.sort, takeFromKey(key, *schema.sort, Role::Sort));
    }
    for (const KeyAttribute& attribute : schema.morePartition) {
        TRY_ASSIGN(AttributeValue value, takeFromKey(key, attribute, Role::Partition));
        taken.morePartition.push_back(std::move(value));
    }
    for (const KeyAttribute& attribute : schema.moreSort) {
        TRY_ASSIGN(AttributeValue value, takeFromKey(key, attribute, Role::Sort));
        taken.moreSort.push_back(std::move(value));
    }
    return taken;
}

std::optional<Key> indexKeyOf(const Item& item, const KeySchema& schema) {
    const AttributeValue* partition = findIndexable(item, schema.partition, Role::Partition);
    if (partition == nullptr) return std::nullopt;
    Key key{*partition, std::nullopt};
    if (schema.sort) {
        const AttributeValue* sort = findIndexable(item, *schema.sort, Role::Sort);
        if (sort == nullptr) return std::nullopt;
        key.sort = *sort;
    }
    if (schema.hasMore() && !takeMore(item, schema, key)) return std::nullopt;
    return key;
}

ApiResult<void> checkIndexKeys(const Item& item, const KeySchema& schema,
                               std::string_view indexName) {
    TRY(checkIndexKey(item, schema.partition, Role::Partition, indexName));
    if (schema.sort) {
        TRY(checkIndexKey(item, *schema.sort, Role::Sort, indexName));
    }
    if (!schema.hasMore()) return {};
    for (const KeyAttribute& attribute : schema.morePartition)
        TRY(checkIndexKey(item, attribute, Role::Partition, indexName));
    for (const KeyAttribute& attribute : schema.moreSort)
        TRY(checkIndexKey(item, attribute, Role::Sort, indexName));
    // The limits are those of all values together.
    if (bytesOf(item, schema.partitionAttributes()) > kPartitionKeyBytesMax)
        return std::unexpected(partitionKeyTooLong());
    if (bytesOf(item, schema.sortAttributes()) > kSortKeyBytesMax)
        return std::unexpected(sortKeyTooLong());
    return {};
}

void addKey(Item& item, const KeySchema& schema, const Key& key) {
    item.set(schema.partition.name, key.partition);
    if (!schema.sort) return;
    CHECK(key.sort.has_value());
    item.set(schema.sort->name, *key.sort);
}

}  // namespace orrery::types
