// DescribeTableReplicaAutoScaling. API reference: API_DescribeTableReplicaAutoScaling.html.
// Observed in October 2026 in us-west-2 and us-east-1: a table of one Region is not found.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/auto_scaling_json.h"
#include "core/api/tables/global_tables.h"
#include "core/api/tables/table_request.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"TableName", &shapes::kTableName, Presence::NotNull},
};
constexpr Shape kInput = structure("DescribeTableReplicaAutoScalingInput", kMembers);

ApiResult<cluster::Request> bind(TableRequest& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(cluster::TablePtr table, findGlobalTable(catalog, caller, parsed.tableName));
    return cluster::DescribeTable{std::move(table)};
}

void reply(const TableRequest&, const cluster::Reply& reply, json::Writer& out) {
    out.beginObject().name("TableAutoScalingDescription");
    writeAutoScaling(out, std::get<cluster::TableReply>(reply));
    out.endObject();
}

}  // namespace

const Operation describe_table_replica_auto_scaling =
    operation<takeTableRequest, bind, reply>(kInput);

}  // namespace orrery::api::operations
