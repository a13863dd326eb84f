// UpdateTable. API reference: API_UpdateTable.html.

#include <algorithm>
#include <span>

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/table_changes.h"
#include "core/api/tables/table_json.h"
#include "core/api/tables/table_settings.h"
#include "core/api/tables/table_shapes.h"
#include "core/api/tables/throughput_rules.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kUpdateMembers[] = {
    {"IndexName", &shapes::kChangedIndexName, Presence::NotNull},
    {"ProvisionedThroughput", &shapes::kProvisionedThroughput},
    {"OnDemandThroughput", &shapes::kOnDemandThroughput},
    {"WarmThroughput", &shapes::kWarmThroughput},
};
constexpr Shape kUpdate = structure("UpdateGlobalSecondaryIndexAction", kUpdateMembers);
constexpr Member kCreateMembers[] = {
    {"Projection", &shapes::kProjection, Presence::NotNull},
    {"IndexName", &shapes::kChangedIndexName, Presence::NotNull},
    {"ProvisionedThroughput", &shapes::kProvisionedThroughput},
    {"OnDemandThroughput", &shapes::kOnDemandThroughput},
    {"WarmThroughput", &shapes::kWarmThroughput},
    {"KeySchema", &shapes::kIndexKeySchema, Presence::NotNull},
};
constexpr Shape kCreate = structure("CreateGlobalSecondaryIndexAction", kCreateMembers);
constexpr Member kDeleteMembers[] = {{"IndexName", &shapes::kChangedIndexName, Presence::NotNull}};
constexpr Shape kDelete = structure("DeleteGlobalSecondaryIndexAction", kDeleteMembers);
constexpr Member kIndexUpdateMembers[] = {
    {"Update", &kUpdate},
    {"Create", &kCreate},
    {"Delete", &kDelete},
};
constexpr Shape kIndexUpdate = structure("GlobalSecondaryIndexUpdate", kIndexUpdateMembers);
constexpr Shape kIndexUpdates = listOf(kIndexUpdate);

constexpr Member kReplicaMembers[] = {
    {"Create", &shapes::kAnyStructure},
    {"Update", &shapes::kAnyStructure},
    {"Delete", &shapes::kAnyStructure},
};
constexpr Shape kReplicaUpdate = structure("ReplicationGroupUpdate", kReplicaMembers);
constexpr Shape kReplicaUpdates = listOf(kReplicaUpdate).lengths(1, kNoLimit);

// In the order in which DynamoDB reports violations: tests/api/update_table/validation_order.test.
constexpr Member kMembers[] = {
    {"TableName", &shapes::kDescribedTableName, Presence::Required},
    {"ProvisionedThroughput", &shapes::kProvisionedThroughput},
    {"BillingMode", &shapes::kBillingMode},
    {"AttributeDefinitions", &shapes::kAttributeDefinitions},
    {"GlobalSecondaryIndexUpdates", &kIndexUpdates},
    {"StreamSpecification", &shapes::kStreamSpecification},
    {"SSESpecification", &shapes::kSseSpecification},
    {"TableClass", &shapes::kText},
    {"DeletionProtectionEnabled", &shapes::kFlag},
    {"OnDemandThroughput", &shapes::kOnDemandThroughput},
    {"WarmThroughput", &shapes::kWarmThroughput},
    {"ReplicaUpdates", &kReplicaUpdates},
    {"GlobalTableWitnessUpdates", &shapes::kAnyList},
    {"MultiRegionConsistency", &shapes::kText},
    {"GlobalTableSettingsReplicationMode", &shapes::kText},
    {"DisassociationProtectionEnabled", &shapes::kFlag},
    {"VectorIndexUpdates", &shapes::kAnyList},
};
constexpr Shape kInput = structure("UpdateTableInput", kMembers);

constexpr std::string_view kLater[] = {
    "ReplicaUpdates",         "GlobalTableWitnessUpdates",
    "MultiRegionConsistency", "DisassociationProtectionEnabled",
    "VectorIndexUpdates",     "GlobalTableSettingsReplicationMode",
};

constexpr std::string_view kWithOverrides = "ENABLED_WITH_OVERRIDES";

struct Parsed {
    std::string tableName;
    TableChanges changes;
    bool overridesSettings = false;  ///< GlobalTableSettingsReplicationMode=ENABLED_WITH_OVERRIDES.
};

// A throughput without a member counts as absent, and a list of AttributeDefinitions as nothing to
// do. So do the consistency and the witnesses of a global table without a change of its replicas;
// the text leaves out the consistency if the request has it. Observed in October 2026 in us-east-1
// and us-west-2 (ack-api-quirks DDB-TABLE-202, 257 and 442).
ApiResult<void> checkHasChanges(const Fields& request) {
    for (const std::string_view member :
         {"ProvisionedThroughput", "BillingMode", "StreamSpecification", "SSESpecification",
          "TableClass", "DeletionProtectionEnabled", "ReplicaUpdates",
          "GlobalTableSettingsReplicationMode", "DisassociationProtectionEnabled",
          "VectorIndexUpdates"})
        if (request.has(member)) return {};
    if (takeOnDemand(request) || takeWarm(request)) return {};
    if (request.size("GlobalSecondaryIndexUpdates") != 0) return {};
    const std::string consistency =
        request.has("MultiRegionConsistency") ? "" : "MultiRegionConsistency, ";
    return std::unexpected(ApiError::validation(
        "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
        "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, "
        "ReplicaTransitRoleArn, " +
        consistency +
        "DeletionProtectionEnabled, OnDemandThroughput, WarmThroughput or TableClass is required"));
}

bool isOnlyChange(const Fields& request, std::string_view name) {
    return std::ranges::none_of(kMembers, [&](const Member& member) {
        return member.name != "TableName" && member.name != name && request.has(member.name);
    });
}

bool changesReplica(const Fields& action) {
    if (action.has("Create") || action.has("Delete")) return true;
    const auto update = action.structure("Update");
    if (!update) return false;
    for (const std::string_view member :
         {"KMSMasterKeyId", "ProvisionedThroughputOverride", "OnDemandThroughputOverride",
          "GlobalSecondaryIndexes", "TableClassOverride"})
        if (update->has(member)) return true;
    return !update->has("RegionName");
}

// Observed in October 2026 in us-west-2 (ack-api-quirks DDB-TABLE-223, 294 and 437), on its own
// only.
ApiResult<void> checkHasReplicaActions(const Fields& request) {
    const std::vector<Fields> actions = request.structures("ReplicaUpdates");
    if (actions.empty() || std::ranges::any_of(actions, changesReplica)) return {};
    if (!isOnlyChange(request, "ReplicaUpdates")) return {};
    return std::unexpected(ApiError::validation(
        "There are no actions specified in the Replica Update Action of the request."));
}

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    parsed.tableName = request.text("TableName");
    TRY(checkHasChanges(request));
    TRY_ASSIGN(parsed.changes, takeTableChanges(request));
    TRY(checkHasReplicaActions(request));
    parsed.overridesSettings = request.text("GlobalTableSettingsReplicationMode") == kWithOverrides;
    // The last one has an answer of the service's own then.
    const std::span<const std::string_view> later(kLater);
    TRY(refuseMembers(request, parsed.overridesSettings ? later.first(later.size() - 1) : later));
    return parsed;
}

ApiResult<cluster::IndexUpdate> indexUpdate(const cluster::TableDescription& table,
                                            const IndexDefinition& wanted) {
    const cluster::SecondaryIndex& index = *table.findIndex(wanted.name);
    cluster::IndexUpdate update{wanted.name, wanted.throughput, std::nullopt, std::nullopt};
    if (wanted.onDemandMax)
        update.onDemandMax = mergeOnDemand(index.onDemandMax, wanted.onDemandMax);
    if (wanted.warm) {
        const auto now = cluster::warmNow(table.billing, index.warmAsked(), index.throughput);
        TRY_ASSIGN(update.warm, raisedWarm(now, *wanted.warm, index.name));
    }
    return update;
}

ApiResult<void> addIndexChanges(const cluster::TableDescription& table, const TableChanges& changes,
                                cluster::UpdateTable& update) {
    const std::vector<types::KeyAttribute> definitions = definitionsFor(table, changes);
    for (const IndexChange& change : changes.indexes()) {
        if (change.kind == IndexChange::Kind::Create) {
            update.createIndexes.push_back(
                makeIndex(change.index, definitions, cluster::IndexKind::Global));
        } else if (change.kind == IndexChange::Kind::Delete) {
            update.deleteIndexes.push_back(change.index.name);
        } else if (change.kind == IndexChange::Kind::Update) {
            TRY_ASSIGN(cluster::IndexUpdate one, indexUpdate(table, change.index));
            update.updateIndexes.push_back(std::move(one));
        }
    }
    return {};
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(cluster::TablePtr table, findAnyTable(catalog, caller, parsed.tableName));
    // Observed in October 2026 in us-west-2 (ack-api-quirks DDB-TABLE-048); every table is a
    // regional one so far.
    if (parsed.overridesSettings)
        return std::unexpected(ApiError::validation(
            "Value '" + std::string(kWithOverrides) +
            "' at 'GlobalTableSettingsReplicationMode' failed to satisfy constraint: Only ENABLED "
            "and DISABLED settings replication are supported for a Regional Table."));
    const TableChanges& changes = parsed.changes;
    TRY(checkChangesAgainst(*table, changes, caller));
    cluster::UpdateTable update;
    update.billing = changes.billing;
    update.throughput = changes.throughput;
    if (changes.onDemandMax)
        update.onDemandMax = mergeOnDemand(table->onDemandMax, changes.onDemandMax);
    if (changes.warm) {
        const auto now = cluster::warmNow(table->billing, table->warmAsked(), table->throughput);
        TRY_ASSIGN(update.warm, raisedWarm(now, *changes.warm));
    }
    update.deletionProtection = changes.deletionProtection;
    update.tableClass = changes.tableClass;
    if (changes.encryption) {
        update.sseEnabled = changes.encryption->enabled;
        update.sseKeyArn =
            changes.encryption->enabled ? keyArn(caller, changes.encryption->keyId) : std::string();
    }
    if (changes.stream) update.stream = cluster::StreamChange{changes.stream->view};
    TRY(addIndexChanges(*table, changes, update));
    update.table = std::move(table);
    return update;
}

void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    out.beginObject().name("TableDescription");
    writeUpdatedTable(out, std::get<cluster::TableReply>(reply), parsed.changes.onDemandMax);
    out.endObject();
}

}  // namespace

const Operation update_table = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
