// DescribeTimeToLive. API reference: API_DescribeTimeToLive.html. The service was never seen to
// show ENABLING or DISABLING, so neither is shown here.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/table_request.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"TableName", &shapes::kTableName, Presence::Required},
};
constexpr Shape kInput = structure("DescribeTimeToLiveInput", kMembers);

void reply(const TableRequest& parsed, const cluster::Reply&, json::Writer& out) {
    const cluster::TimeToLive& setting = parsed.table->timeToLive;
    const bool isEnabled = !setting.attribute.empty();
    out.beginObject().name("TimeToLiveDescription").beginObject();
    if (isEnabled) out.name("AttributeName").string(setting.attribute);
    out.name("TimeToLiveStatus").string(isEnabled ? "ENABLED" : "DISABLED");
    out.endObject().endObject();
}

}  // namespace

const Operation describe_time_to_live =
    operation<takeTableRequest, bindTableRequest, reply>(kInput);

}  // namespace orrery::api::operations
