// DescribeTable. API reference: API_DescribeTable.html.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/resource_arn.h"
#include "core/api/tables/table_json.h"
#include "core/api/tables/table_request.h"
#include "core/api/tables/table_settings.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"TableName", &shapes::kDescribedTableName, Presence::Required},
};
constexpr Shape kInput = structure("DescribeTableInput", kMembers);

ApiResult<cluster::Request> bind(TableRequest& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY(checkTableRegion(caller, parsed.tableName));
    TRY(checkTableAccount(caller, parsed.tableName));
    TRY_ASSIGN(cluster::TablePtr table, findAnyTable(catalog, caller, parsed.tableName));
    return cluster::DescribeTable{std::move(table)};
}

void reply(const TableRequest&, const cluster::Reply& reply, json::Writer& out) {
    out.beginObject().name("Table");
    writeTable(out, std::get<cluster::TableReply>(reply));
    out.endObject();
}

}  // namespace

const Operation describe_table = operation<takeTableRequest, bind, reply>(kInput);

}  // namespace orrery::api::operations
