// DescribeTimeToLive. API reference: API_DescribeTimeToLive.html. No table has a time to live yet.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/table_request.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"TableName", &shapes::kTableName, Presence::Required},
};
constexpr Shape kInput = structure("DescribeTimeToLiveInput", kMembers);

void reply(const TableRequest&, const cluster::Reply&, json::Writer& out) {
    out.beginObject().name("TimeToLiveDescription").beginObject();
    out.name("TimeToLiveStatus").string("DISABLED");
    out.endObject().endObject();
}

}  // namespace

const Operation describe_time_to_live =
    operation<takeTableRequest, bindTableRequest, reply>(kInput);

}  // namespace orrery::api::operations
