#include "core/api/tables/table_arguments.h"

#include <algorithm>
#include <ranges>

#include "core/api/tables/throughput_rules.h"
#include "core/base/check.h"

namespace orrery::api {
namespace {

types::AttributeType typeOf(std::string_view text) {
    if (text == "N") return types::AttributeType::Number;
    return text == "B" ? types::AttributeType::Binary : types::AttributeType::String;
}

types::KeyAttribute defined(const std::string& name,
                            const std::vector<types::KeyAttribute>& attributes) {
    const auto found = std::ranges::find(attributes, name, &types::KeyAttribute::name);
    CHECK(found != attributes.end());
    return *found;
}

std::optional<cluster::Throughput> takePair(const Fields& fields, std::string_view member,
                                            std::string_view reads, std::string_view writes,
                                            std::int64_t otherwise) {
    const auto pair = fields.structure(member);
    if (!pair) return std::nullopt;
    const cluster::Throughput given{pair->integer(reads).value_or(otherwise),
                                    pair->integer(writes).value_or(otherwise)};
    if (isEmpty(given)) return std::nullopt;
    return given;
}

std::optional<std::vector<IndexDefinition>> takeIndexes(const Fields& request,
                                                        std::string_view member) {
    if (!request.has(member)) return std::nullopt;
    std::vector<IndexDefinition> indexes;
    for (const Fields& fields : request.structures(member))
        indexes.push_back(takeIndex(fields));
    return indexes;
}

}  // namespace

std::vector<types::KeyAttribute> takeAttributeDefinitions(const Fields& request) {
    std::vector<types::KeyAttribute> attributes;
    for (const Fields& fields : request.structures("AttributeDefinitions"))
        attributes.push_back(
            {std::string(fields.text("AttributeName")), typeOf(fields.text("AttributeType"))});
    return attributes;
}

std::vector<KeyElement> takeKeySchema(const Fields& fields) {
    std::vector<KeyElement> keys;
    for (const Fields& element : fields.structures("KeySchema"))
        keys.push_back(
            {std::string(element.text("AttributeName")), element.text("KeyType") == "HASH"});
    return keys;
}

std::optional<cluster::Throughput> takeThroughput(const Fields& fields) {
    return takePair(fields, "ProvisionedThroughput", "ReadCapacityUnits", "WriteCapacityUnits", 0);
}

std::optional<cluster::Throughput> takeOnDemand(const Fields& fields) {
    return takePair(fields, "OnDemandThroughput", "MaxReadRequestUnits", "MaxWriteRequestUnits",
                    kAbsentUnits);
}

std::optional<cluster::Throughput> takeWarm(const Fields& fields) {
    return takePair(fields, "WarmThroughput", "ReadUnitsPerSecond", "WriteUnitsPerSecond",
                    kAbsentUnits);
}

IndexDefinition takeIndex(const Fields& fields) {
    IndexDefinition index;
    index.name = fields.text("IndexName");
    index.keys = takeKeySchema(fields);
    if (const auto projection = fields.structure("Projection")) {
        if (const auto type = projection->optionalText("ProjectionType"))
            index.projectionType = std::string(*type);
        if (projection->has("NonKeyAttributes"))
            index.nonKeyAttributes = projection->strings("NonKeyAttributes");
    }
    index.throughput = takeThroughput(fields);
    index.onDemandMax = takeOnDemand(fields);
    index.warm = takeWarm(fields);
    return index;
}

std::optional<cluster::BillingMode> takeBilling(const Fields& request) {
    auto mode = request.optionalText("BillingMode");
    if (!mode) mode = request.optionalText("TableThroughputMode");
    if (!mode) return std::nullopt;
    return *mode == "PAY_PER_REQUEST" ? cluster::BillingMode::PayPerRequest
                                      : cluster::BillingMode::Provisioned;
}

TableDefinition takeTableDefinition(const Fields& request) {
    TableDefinition table;
    table.attributes = takeAttributeDefinitions(request);
    table.keys = takeKeySchema(request);
    table.localIndexes = takeIndexes(request, "LocalSecondaryIndexes");
    table.globalIndexes = takeIndexes(request, "GlobalSecondaryIndexes");
    table.billing = takeBilling(request).value_or(cluster::BillingMode::Provisioned);
    table.throughput = takeThroughput(request);
    table.onDemandMax = takeOnDemand(request);
    table.warm = takeWarm(request);
    return table;
}

std::optional<cluster::Throughput> mergeOnDemand(const std::optional<cluster::Throughput>& stored,
                                                 const std::optional<cluster::Throughput>& given) {
    if (!given) return stored;
    cluster::Throughput merged =
        stored.value_or(cluster::Throughput{kNoOnDemandLimit, kNoOnDemandLimit});
    if (given->readUnits != kAbsentUnits) merged.readUnits = given->readUnits;
    if (given->writeUnits != kAbsentUnits) merged.writeUnits = given->writeUnits;
    return merged;
}

std::optional<cluster::Throughput> givenWarm(const std::optional<cluster::Throughput>& warm) {
    if (!warm) return std::nullopt;
    return cluster::Throughput{std::max<std::int64_t>(warm->readUnits, 0),
                               std::max<std::int64_t>(warm->writeUnits, 0)};
}

types::KeySchema makeKeys(const std::vector<KeyElement>& keys,
                          const std::vector<types::KeyAttribute>& attributes) {
    types::KeySchema schema;
    schema.partition = defined(keys.front().attribute, attributes);
    for (const KeyElement& key : keys | std::views::drop(1)) {
        types::KeyAttribute attribute = defined(key.attribute, attributes);
        if (key.isHash) {
            schema.morePartition.push_back(std::move(attribute));
        } else if (!schema.sort) {
            schema.sort = std::move(attribute);
        } else {
            schema.moreSort.push_back(std::move(attribute));
        }
    }
    return schema;
}

cluster::SecondaryIndex makeIndex(const IndexDefinition& definition,
                                  const std::vector<types::KeyAttribute>& attributes,
                                  cluster::IndexKind kind) {
    cluster::SecondaryIndex index;
    index.name = definition.name;
    index.keys = makeKeys(definition.keys, attributes);
    if (definition.projectionType == "KEYS_ONLY") {
        index.projection.kind = cluster::ProjectionKind::KeysOnly;
    } else if (definition.projectionType == "INCLUDE") {
        index.projection.kind = cluster::ProjectionKind::Include;
        index.projection.attributes =
            definition.nonKeyAttributes.value_or(std::vector<std::string>());
    }
    index.kind = kind;
    index.throughput = definition.throughput.value_or(cluster::Throughput());
    index.onDemandMax = mergeOnDemand(std::nullopt, definition.onDemandMax);
    index.warm = givenWarm(definition.warm);
    return index;
}

ApiError notBuiltYet(std::string_view member) {
    return ApiError::validation(std::string(member) +
                                " names a feature of the service that Orrery does not support yet");
}

ApiResult<void> refuseMembers(const Fields& request, std::span<const std::string_view> members) {
    for (const std::string_view member : members)
        if (request.has(member)) return std::unexpected(notBuiltYet(member));
    return {};
}

std::optional<StreamSpecification> takeStream(const Fields& request) {
    const auto stream = request.structure("StreamSpecification");
    if (!stream) return std::nullopt;
    StreamSpecification taken;
    taken.isEnabled = stream->flag("StreamEnabled");
    if (stream->has("StreamViewType")) taken.view = cluster::viewOf(stream->text("StreamViewType"));
    return taken;
}

}  // namespace orrery::api
