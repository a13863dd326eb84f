// UpdateTable. API reference: API_UpdateTable.html.

#include <algorithm>
#include <tuple>

#include "core/api/operations.h"
#include "core/api/shapes.h"
#include "core/api/table_changes.h"
#include "core/api/table_json.h"
#include "core/api/table_settings.h"
#include "core/api/table_shapes.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kUpdateMembers[] = {
    {"IndexName", &shapes::kIndexName, Presence::NotNull},
    {"ProvisionedThroughput", &shapes::kProvisionedThroughput},
    {"OnDemandThroughput", &shapes::kOnDemandThroughput},
    {"WarmThroughput", &shapes::kWarmThroughput},
};
constexpr Shape kUpdate = structure("UpdateGlobalSecondaryIndexAction", kUpdateMembers);
constexpr Member kCreateMembers[] = {
    {"Projection", &shapes::kProjection, Presence::NotNull},
    {"IndexName", &shapes::kIndexName, Presence::NotNull},
    {"ProvisionedThroughput", &shapes::kProvisionedThroughput},
    {"OnDemandThroughput", &shapes::kOnDemandThroughput},
    {"WarmThroughput", &shapes::kWarmThroughput},
    {"KeySchema", &shapes::kKeySchema, Presence::NotNull},
};
constexpr Shape kCreate = structure("CreateGlobalSecondaryIndexAction", kCreateMembers);
constexpr Member kDeleteMembers[] = {{"IndexName", &shapes::kIndexName, Presence::NotNull}};
constexpr Shape kDelete = structure("DeleteGlobalSecondaryIndexAction", kDeleteMembers);
constexpr Member kIndexUpdateMembers[] = {
    {"Update", &kUpdate},
    {"Create", &kCreate},
    {"Delete", &kDelete},
};
constexpr Shape kIndexUpdate = structure("GlobalSecondaryIndexUpdate", kIndexUpdateMembers);
constexpr Shape kIndexUpdates = listOf(kIndexUpdate);

// In the order in which DynamoDB reports violations: tests/api/update_table/validation_order.test.
constexpr Member kMembers[] = {
    {"TableName", &shapes::kTableName, Presence::Required},
    {"ProvisionedThroughput", &shapes::kProvisionedThroughput},
    {"BillingMode", &shapes::kBillingMode},
    {"AttributeDefinitions", &shapes::kAttributeDefinitions},
    {"GlobalSecondaryIndexUpdates", &kIndexUpdates},
    {"StreamSpecification", &shapes::kStreamSpecification},
    {"SSESpecification", &shapes::kSseSpecification},
    {"TableClass", &shapes::kTableClass},
    {"DeletionProtectionEnabled", &shapes::kFlag},
    {"OnDemandThroughput", &shapes::kOnDemandThroughput},
    {"WarmThroughput", &shapes::kWarmThroughput},
    {"ReplicaUpdates", &shapes::kAnyList},
    {"GlobalTableWitnessUpdates", &shapes::kAnyList},
    {"MultiRegionConsistency", &shapes::kText},
    {"GlobalTableSettingsReplicationMode", &shapes::kText},
    {"VectorIndexUpdates", &shapes::kAnyList},
};
constexpr Shape kInput = structure("UpdateTableInput", kMembers);

constexpr std::string_view kLater[] = {
    "ReplicaUpdates",         "GlobalTableWitnessUpdates",
    "MultiRegionConsistency", "GlobalTableSettingsReplicationMode",
    "VectorIndexUpdates",
};

struct Parsed {
    std::string tableName;
    TableChanges changes;
    std::optional<cluster::Throughput> warm;
    std::optional<bool> deletionProtection;
    std::optional<std::string> tableClass;
    std::optional<Encryption> encryption;
};

ApiResult<void> checkAsksForSomething(const Fields& request) {
    for (const std::string_view member :
         {"ProvisionedThroughput", "BillingMode", "StreamSpecification", "SSESpecification",
          "TableClass", "DeletionProtectionEnabled", "OnDemandThroughput", "WarmThroughput"})
        if (request.has(member)) return {};
    for (const std::string_view member : kLater)
        if (request.has(member)) return {};
    if (request.size("GlobalSecondaryIndexUpdates") != 0) return {};
    return std::unexpected(ApiError::validation(
        "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
        "GlobalSecondaryIndexUpdates or SSESpecification or ReplicaUpdates is required"));
}

// The engine changes an index's provisioned throughput, and no other setting of it yet.
ApiResult<void> refuseIndexSettings(const TableChanges& changes) {
    for (const IndexChange& change : changes.indexes)
        if (change.kind == IndexChange::Kind::Update &&
            (change.index.onDemandMax || change.index.warm))
            return std::unexpected(
                ApiError::validation("OnDemandThroughput and WarmThroughput of an index that "
                                     "exists cannot be changed in "
                                     "Orrery yet"));
    return {};
}

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    parsed.tableName = request.text("TableName");
    TRY(checkAsksForSomething(request));
    parsed.changes = takeTableChanges(request);
    TRY(checkChanges(parsed.changes));
    TRY(refuseStream(request));
    TRY(refuseMembers(request, kLater));
    TRY(refuseIndexSettings(parsed.changes));
    parsed.warm = takeWarm(request);
    parsed.deletionProtection = request.optionalFlag("DeletionProtectionEnabled");
    if (const auto tableClass = request.optionalText("TableClass"))
        parsed.tableClass = std::string(*tableClass);
    TRY_ASSIGN(parsed.encryption, takeEncryption(request));
    return parsed;
}

// "Once increased, warm throughput values can't be decreased": developer guide, warm-throughput.
// The text is ours. An absent member leaves what there is.
ApiResult<cluster::Throughput> raisedWarm(const cluster::TableDescription& table,
                                          const cluster::Throughput& wanted) {
    const cluster::Throughput now = warmNow(table, table.warm, table.throughput);
    const std::tuple<std::string_view, std::int64_t, std::int64_t> members[] = {
        {"ReadUnitsPerSecond", now.readUnits, wanted.readUnits},
        {"WriteUnitsPerSecond", now.writeUnits, wanted.writeUnits}};
    for (const auto& [name, present, asked] : members)
        if (asked != 0 && asked < present)
            return std::unexpected(ApiError::validation(
                "One or more parameter values were invalid: " + std::string(name) +
                " of WarmThroughput can only be increased. Current value: " +
                std::to_string(present) + ", requested value: " + std::to_string(asked)));
    return cluster::Throughput{std::max(now.readUnits, wanted.readUnits),
                               std::max(now.writeUnits, wanted.writeUnits)};
}

void addIndexChanges(const TableChanges& changes, cluster::UpdateTable& update) {
    for (const IndexChange& change : changes.indexes) {
        switch (change.kind) {
            case IndexChange::Kind::Create:
                update.createIndexes.push_back(makeIndex(change.index, changes.attributes, true));
                break;
            case IndexChange::Kind::Delete:
                update.deleteIndexes.push_back(change.index.name);
                break;
            case IndexChange::Kind::Update:
                if (change.index.throughput)
                    update.indexThroughputs.emplace_back(change.index.name,
                                                         *change.index.throughput);
                break;
            case IndexChange::Kind::None:
                break;
        }
    }
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(cluster::TablePtr table, findAnyTable(catalog, caller, parsed.tableName));
    TRY(checkNotInUse(*table));
    TRY(checkChangesOf(*table, parsed.changes));
    cluster::UpdateTable update;
    update.billing = parsed.changes.billing;
    update.throughput = parsed.changes.throughput;
    if (parsed.changes.onDemandMax)
        update.onDemandMax = mergeOnDemand(table->onDemandMax, parsed.changes.onDemandMax);
    if (parsed.warm) {
        TRY_ASSIGN(update.warm, raisedWarm(*table, *parsed.warm));
    }
    update.deletionProtection = parsed.deletionProtection;
    update.tableClass = parsed.tableClass;
    if (parsed.encryption) {
        update.sseEnabled = parsed.encryption->enabled;
        update.sseKeyArn =
            parsed.encryption->enabled ? keyArn(caller, parsed.encryption->keyId) : std::string();
    }
    addIndexChanges(parsed.changes, update);
    update.table = std::move(table);
    return update;
}

void reply(const Parsed&, const cluster::Reply& reply, json::Writer& out) {
    out.beginObject().name("TableDescription");
    writeTable(out, std::get<cluster::TableReply>(reply));
    out.endObject();
}

}  // namespace

const Operation update_table = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
