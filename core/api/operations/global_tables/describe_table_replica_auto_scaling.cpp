// DescribeTableReplicaAutoScaling. API reference: API_DescribeTableReplicaAutoScaling.html. No
// table has replicas in other Regions yet.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/table_request.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"TableName", &shapes::kTableName, Presence::NotNull},
};
constexpr Shape kInput = structure("DescribeTableReplicaAutoScalingInput", kMembers);

void reply(const TableRequest& parsed, const cluster::Reply&, json::Writer& out) {
    out.beginObject().name("TableAutoScalingDescription").beginObject();
    out.name("TableName").string(parsed.table->name);
    out.name("TableStatus").string(cluster::statusText(parsed.table->status));
    out.name("Replicas").beginArray().endArray();
    out.endObject().endObject();
}

}  // namespace

const Operation describe_table_replica_auto_scaling =
    operation<takeTableRequest, bindTableRequest, reply>(kInput);

}  // namespace orrery::api::operations
