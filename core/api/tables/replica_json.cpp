#include "core/api/tables/replica_json.h"

#include <algorithm>
#include <optional>
#include <string_view>

#include "core/api/tables/table_settings.h"
#include "core/api/tables/throughput_json.h"

// Observed in October 2026 in us-west-2 and us-east-1 (ack-api-quirks DDB-TABLE-201, 226, 229, 250,
// 252, 294, 309 and 320).

namespace orrery::api {
namespace {

using cluster::BillingMode;
using cluster::IndexOverrides;
using cluster::ReplicaReply;
using cluster::SecondaryIndex;
using cluster::TableDescription;
using cluster::Throughput;

using Units = std::optional<std::int64_t>;

// The service has one mode for the replicas of one account.
constexpr std::string_view kSettingsMode = "ENABLED_WITH_OVERRIDES";

Units maximumOf(const std::optional<Throughput>& onDemandMax) {
    if (!onDemandMax || onDemandMax->readUnits < 1) return std::nullopt;
    return onDemandMax->readUnits;
}

Units ifOther(Units there, Units here) {
    return there == here ? std::nullopt : there;
}

void writeUnits(json::Writer& out, std::string_view override, std::string_view member,
                Units units) {
    if (!units) return;
    out.name(override).beginObject();
    out.name(member).number(*units);
    out.endObject();
}

// Each replica shows what differs in another one as that one's override, whichever has it.
void writeOverrides(json::Writer& out, Units readUnits, Units maximum) {
    writeUnits(out, "ProvisionedThroughputOverride", "ReadCapacityUnits", readUnits);
    writeUnits(out, "OnDemandThroughputOverride", "MaxReadRequestUnits", maximum);
}

void writeTableOverrides(json::Writer& out, const ReplicaReply& replica,
                         const TableDescription& here) {
    Units readUnits = replica.overrides.readUnits;
    Units maximum = replica.overrides.maxReadRequestUnits;
    if (const TableDescription* there = replica.table.get()) {
        if (!readUnits && there->billing == BillingMode::Provisioned)
            readUnits = ifOther(there->throughput.readUnits, here.throughput.readUnits);
        if (!maximum) maximum = ifOther(maximumOf(there->onDemandMax), maximumOf(here.onDemandMax));
    }
    writeOverrides(out, readUnits, maximum);
}

void writeIndexOverrides(json::Writer& out, const ReplicaReply& replica,
                         const SecondaryIndex& there, const TableDescription& here) {
    const auto set = replica.overrides.indexes.find(there.name);
    const IndexOverrides overrides =
        set == replica.overrides.indexes.end() ? IndexOverrides() : set->second;
    Units readUnits = overrides.readUnits;
    Units maximum = overrides.maxReadRequestUnits;
    if (const SecondaryIndex* own = here.findIndex(there.name)) {
        if (!readUnits && replica.table->billing == BillingMode::Provisioned)
            readUnits = ifOther(there.throughput.readUnits, own->throughput.readUnits);
        if (!maximum) maximum = ifOther(maximumOf(there.onDemandMax), maximumOf(own->onDemandMax));
    }
    writeOverrides(out, readUnits, maximum);
}

void writeIndexes(json::Writer& out, const ReplicaReply& replica, const TableDescription& here) {
    if (!replica.table->hasGlobalIndexes()) return;
    out.name("GlobalSecondaryIndexes").beginArray();
    for (const SecondaryIndex& index : replica.table->indexes) {
        if (!index.isGlobal()) continue;
        out.beginObject();
        out.name("IndexName").string(index.name);
        writeIndexOverrides(out, replica, index, here);
        writeWarm(out, *replica.table, index);
        out.endObject();
    }
    out.endArray();
}

// The account's own key is not shown.
void writeKey(json::Writer& out, const ReplicaReply& replica) {
    const TableDescription& table = *replica.table;
    if (!table.sseEnabled) return;
    const std::string& key =
        replica.overrides.kmsKey.empty() ? table.sseKeyArn : replica.overrides.kmsKey;
    const cluster::Caller owner{table.accountId, {}, table.regionName};
    if (key != keyArn(owner, {})) out.name("KMSMasterKeyId").string(key);
}

// The class is shown once it has been set.
void writeClass(json::Writer& out, const ReplicaReply& replica) {
    const std::string tableClass = replica.overrides.tableClass.value_or(replica.table->tableClass);
    if (tableClass.empty()) return;
    out.name("ReplicaTableClassSummary").beginObject();
    out.name("TableClass").string(tableClass);
    out.endObject();
}

void writeReplica(json::Writer& out, const ReplicaReply& replica, const TableDescription& here) {
    out.beginObject();
    out.name("RegionName").string(replica.region);
    out.name("ReplicaStatus").string(statusText(replica.status));
    if (replica.table) writeKey(out, replica);
    writeTableOverrides(out, replica, here);
    if (replica.table) {
        writeWarm(out, *replica.table);
        writeIndexes(out, replica, here);
        writeClass(out, replica);
    }
    out.name("GlobalTableSettingsReplicationMode").string(kSettingsMode);
    out.endObject();
}

// It comes and goes with the replicas.
void writeWitness(json::Writer& out, const cluster::GlobalTable& global) {
    if (global.journal->witness.empty()) return;
    const auto isIn = [&](cluster::ReplicaStatus status) {
        return std::ranges::any_of(global.replicas, [&](const cluster::GlobalReplica& replica) {
            return replica.status == status;
        });
    };
    cluster::ReplicaStatus status = cluster::ReplicaStatus::Active;
    for (const auto one : {cluster::ReplicaStatus::Creating, cluster::ReplicaStatus::Deleting}) {
        if (isIn(one)) status = one;
    }
    out.name("GlobalTableWitnesses").beginArray().beginObject();
    out.name("RegionName").string(global.journal->witness);
    out.name("WitnessStatus").string(statusText(status));
    out.endObject().endArray();
}

}  // namespace

void writeReplicas(json::Writer& out, const cluster::TableReply& reply) {
    if (!reply.global) return;
    out.name("GlobalTableVersion").string("2019.11.21");
    out.name("Replicas").beginArray();
    for (const ReplicaReply& replica : reply.replicas)
        writeReplica(out, replica, *reply.table);
    out.endArray();
    out.name("GlobalTableSettingsReplicationMode").string(kSettingsMode);
    // The default, eventual consistency, is not shown.
    if (!reply.global->isStrong()) return;
    writeWitness(out, *reply.global);
    out.name("MultiRegionConsistency").string("STRONG");
}

}  // namespace orrery::api
