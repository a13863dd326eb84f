#include "core/api/tables/auto_scaling_json.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace orrery::api {
namespace {

using cluster::ReplicaReply;
using cluster::SecondaryIndex;

// Nothing scales yet.
void writeSettings(json::Writer& out, std::string_view member) {
    out.name(member).beginObject();
    out.name("AutoScalingDisabled").boolean(true);
    out.name("ScalingPolicies").beginArray().endArray();
    out.endObject();
}

void writeIndexes(json::Writer& out, const cluster::TableDescription* table) {
    out.name("GlobalSecondaryIndexes").beginArray();
    for (const SecondaryIndex& index :
         table != nullptr ? table->indexes : std::vector<SecondaryIndex>()) {
        if (!index.isGlobal()) continue;
        out.beginObject();
        out.name("IndexName").string(index.name);
        out.name("IndexStatus").string(statusText(index.status));
        writeSettings(out, "ProvisionedReadCapacityAutoScalingSettings");
        writeSettings(out, "ProvisionedWriteCapacityAutoScalingSettings");
        out.endObject();
    }
    out.endArray();
}

ReplicaReply itself(const cluster::TableReply& reply) {
    ReplicaReply own;
    own.region = reply.table->regionName;
    own.table = reply.table;
    const cluster::GlobalReplica* replica =
        reply.global ? reply.global->find(reply.table->space) : nullptr;
    own.status = replica != nullptr ? replica->status : cluster::ReplicaStatus::Active;
    return own;
}

}  // namespace

// Observed in October 2026 (ack-api-quirks DDB-TABLE-232, 265 and 289): in alphabetical order.
void writeAutoScaling(json::Writer& out, const cluster::TableReply& reply) {
    std::vector<ReplicaReply> replicas = reply.replicas;
    replicas.push_back(itself(reply));
    std::ranges::sort(replicas, {}, &ReplicaReply::region);
    out.beginObject();
    out.name("TableName").string(reply.table->name);
    out.name("TableStatus").string(statusText(reply.table->status));
    out.name("Replicas").beginArray();
    for (const ReplicaReply& replica : replicas) {
        out.beginObject();
        out.name("RegionName").string(replica.region);
        writeIndexes(out, replica.table.get());
        writeSettings(out, "ReplicaProvisionedReadCapacityAutoScalingSettings");
        writeSettings(out, "ReplicaProvisionedWriteCapacityAutoScalingSettings");
        out.name("ReplicaStatus").string(statusText(replica.status));
        out.endObject();
    }
    out.endArray();
    out.endObject();
}

}  // namespace orrery::api
