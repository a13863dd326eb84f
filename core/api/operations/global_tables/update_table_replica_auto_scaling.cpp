// UpdateTableReplicaAutoScaling. API reference: API_UpdateTableReplicaAutoScaling.html. Nothing
// scales yet, so it only disables what is disabled; the reply has the settings before the change.

#include "core/api/operations/operations.h"
#include "core/api/tables/auto_scaling_json.h"
#include "core/api/tables/auto_scaling_rules.h"
#include "core/api/tables/auto_scaling_shapes.h"
#include "core/api/tables/global_tables.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"TableName", &shapes::kTableName, Presence::NotNull},
    {"GlobalSecondaryIndexUpdates", &shapes::kIndexScalings},
    {"ProvisionedWriteCapacityAutoScalingUpdate", &shapes::kScalingUpdate},
    {"ReplicaUpdates", &shapes::kReplicaScalings},
};
constexpr Shape kInput = structure("UpdateTableReplicaAutoScalingInput", kMembers);

struct Parsed {
    std::string tableName;
    std::vector<ScalingChange> changes;
};

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    parsed.tableName = request.text("TableName");
    TRY_ASSIGN(parsed.changes, takeScalingChanges(request));
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(cluster::TablePtr table, findGlobalTable(catalog, caller, parsed.tableName));
    TRY(checkScalingAgainst(parsed.changes, *table, *catalog.globals().ofTable(table->space),
                            catalog));
    return cluster::DescribeTable{std::move(table)};
}

void reply(const Parsed&, const cluster::Reply& reply, json::Writer& out) {
    out.beginObject().name("TableAutoScalingDescription");
    writeAutoScaling(out, std::get<cluster::TableReply>(reply));
    out.endObject();
}

}  // namespace

const Operation update_table_replica_auto_scaling = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
