// ListGlobalTables. API reference: API_ListGlobalTables.html. It lists global tables of the first
// version, of which there are none.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/table_request.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"ExclusiveStartGlobalTableName", &shapes::kIndexName},
    {"Limit", &shapes::kLimit},
    {"RegionName", &shapes::kText},
};
constexpr Shape kInput = structure("ListGlobalTablesInput", kMembers);

void reply(const AccountRequest&, const cluster::Reply&, json::Writer& out) {
    out.beginObject().name("GlobalTables").beginArray().endArray().endObject();
}

}  // namespace

const Operation list_global_tables =
    operation<takeAccountRequest, bindAccountRequest, reply>(kInput);

}  // namespace orrery::api::operations
