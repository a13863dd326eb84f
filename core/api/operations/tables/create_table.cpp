// CreateTable. API reference: API_CreateTable.html.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/policy_document.h"
#include "core/api/tables/table_arguments.h"
#include "core/api/tables/table_json.h"
#include "core/api/tables/table_rules.h"
#include "core/api/tables/table_settings.h"
#include "core/api/tables/table_shapes.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kLocalIndexMembers[] = {
    {"IndexName", &shapes::kChangedIndexName, Presence::NotNull},
    {"KeySchema", &shapes::kKeySchema, Presence::NotNull},
    {"Projection", &shapes::kProjection, Presence::NotNull},
};
constexpr Shape kLocalIndex = structure("LocalSecondaryIndex", kLocalIndexMembers);
constexpr Shape kLocalIndexes = listOf(kLocalIndex);

constexpr Member kGlobalIndexMembers[] = {
    {"IndexName", &shapes::kChangedIndexName, Presence::NotNull},
    {"KeySchema", &shapes::kIndexKeySchema, Presence::NotNull},
    {"Projection", &shapes::kProjection, Presence::NotNull},
    {"ProvisionedThroughput", &shapes::kProvisionedThroughput},
    {"OnDemandThroughput", &shapes::kOnDemandThroughput},
    {"WarmThroughput", &shapes::kWarmThroughput},
};
constexpr Shape kGlobalIndex = structure("GlobalSecondaryIndex", kGlobalIndexMembers);
constexpr Shape kGlobalIndexes = listOf(kGlobalIndex);

// In the order in which DynamoDB reports violations: tests/api/create_table/validation_order.test.
constexpr Member kMembers[] = {
    {"AttributeDefinitions", &shapes::kAttributeDefinitions, Presence::NotNull},
    {"TableName", &shapes::kNewTableName, Presence::Required},
    {"BillingMode", &shapes::kBillingMode},
    {"TableThroughputMode", &shapes::kBillingMode},
    {"ProvisionedThroughput", &shapes::kProvisionedThroughput},
    {"KeySchema", &shapes::kKeySchema, Presence::NotNull},
    {"GlobalSecondaryIndexes", &kGlobalIndexes},
    {"LocalSecondaryIndexes", &kLocalIndexes},
    {"StreamSpecification", &shapes::kStreamSpecification},
    {"SSESpecification", &shapes::kSseSpecification},
    {"Tags", &shapes::kTags},
    {"TableClass", &shapes::kText},
    {"DeletionProtectionEnabled", &shapes::kFlag},
    {"WarmThroughput", &shapes::kWarmThroughput},
    {"OnDemandThroughput", &shapes::kOnDemandThroughput},
    {"ResourcePolicy", &shapes::kText},
    {"GlobalTableSourceArn", &shapes::kText},
    {"GlobalTableSettingsReplicationMode", &shapes::kText},
    {"VectorIndexes", &shapes::kAnyList},
};
constexpr Shape kInput = structure("CreateTableInput", kMembers);

constexpr std::string_view kLater[] = {"GlobalTableSourceArn", "GlobalTableSettingsReplicationMode",
                                       "VectorIndexes"};

struct Parsed {
    cluster::TableDescription table;
    std::optional<std::string> sseKeyId;
};

ApiResult<std::optional<cluster::StreamView>> takeNewStream(const Fields& request) {
    const auto stream = takeStream(request);
    if (!stream || stream->isEnabled == stream->view.has_value())
        return stream ? stream->view : std::nullopt;
    return std::unexpected(ApiError::validation(
        stream->isEnabled
            ? "One or more parameter values were invalid: Table is being created with a stream "
              "enabled, UpdateViewType is required"
            : "One or more parameter values were invalid: Table is being created with a stream "
              "disabled, UpdateViewType should not be specified"));
}

ApiResult<Parsed> parse(const Fields& request) {
    const TableDefinition definition = takeTableDefinition(request);
    TRY(checkTable(definition));
    Parsed parsed;
    cluster::TableDescription& table = parsed.table;
    TRY_ASSIGN(table.stream, takeNewStream(request));
    TRY(refuseMembers(request, kLater));
    table.name = tableNameOf(request.text("TableName"));
    table.attributes = definition.attributes;
    table.keys = makeKeys(definition.keys, definition.attributes);
    for (const auto kind : {cluster::IndexKind::Local, cluster::IndexKind::Global}) {
        const auto& indexes =
            kind == cluster::IndexKind::Global ? definition.globalIndexes : definition.localIndexes;
        if (!indexes) continue;
        for (const IndexDefinition& index : *indexes)
            table.indexes.push_back(makeIndex(index, definition.attributes, kind));
    }
    table.billing = definition.billing;
    table.throughput = definition.throughput.value_or(cluster::Throughput());
    table.onDemandMax = mergeOnDemand(std::nullopt, definition.onDemandMax);
    table.warm = givenWarm(definition.warm);
    table.deletionProtection = request.flag("DeletionProtectionEnabled");
    TRY_ASSIGN(const auto tableClass, takeTableClass(request));
    table.tableClass = tableClass.value_or(std::string());
    TRY_ASSIGN(table.tags, takeTags(request));
    if (const auto policy = request.optionalText("ResourcePolicy")) {
        TRY(checkPolicy(*policy));
        table.policy = cluster::ResourcePolicy{std::string(*policy), 0};
    }
    TRY_ASSIGN(const auto encryption, takeEncryption(request));
    if (encryption) {
        table.sseEnabled = encryption->enabled;
        parsed.sseKeyId = encryption->keyId;
    }
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    if (const cluster::TablePtr there = catalog.find(caller, parsed.table.name)) {
        const std::string text = there->status == cluster::TableStatus::Creating
                                     ? "Attempt to change a resource which is still in use: Table "
                                       "is being created: "
                                     : "Table already exists: ";
        return std::unexpected(
            ApiError{ErrorType::ResourceInUse, text + parsed.table.name, nullptr});
    }
    if (parsed.table.sseEnabled)
        parsed.table.sseKeyArn = keyArn(caller, parsed.sseKeyId.value_or(std::string()));
    return cluster::CreateTable{std::move(parsed.table)};
}

void reply(const Parsed&, const cluster::Reply& reply, json::Writer& out) {
    out.beginObject().name("TableDescription");
    writeCreatedTable(out, std::get<cluster::TableReply>(reply));
    out.endObject();
}

}  // namespace

const Operation create_table = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
