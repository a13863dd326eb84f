// DescribeTimeToLive. API reference: API_DescribeTimeToLive.html. The service was never seen to
// show ENABLING or DISABLING, so neither is shown here.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/resource_arn.h"
#include "core/api/tables/table_request.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"TableName", &shapes::kDescribedTableName, Presence::Required},
};
constexpr Shape kInput = structure("DescribeTimeToLiveInput", kMembers);

// Observed in October 2026 in us-east-1 and us-west-2.
ApiResult<cluster::Request> bind(TableRequest& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY(checkTableRegion(caller, parsed.tableName));
    TRY_ASSIGN(const cluster::Request request, bindTableRequest(parsed, catalog, caller));
    const cluster::TableStatus status = parsed.table->status;
    if (status == cluster::TableStatus::Creating || status == cluster::TableStatus::Deleting) {
        const std::string state(cluster::statusText(status));
        return std::unexpected(
            ApiError::validation("Cannot describe time to live while table is in " + state +
                                 " state: Current table state is " + state));
    }
    return request;
}

void reply(const TableRequest& parsed, const cluster::Reply&, json::Writer& out) {
    const cluster::TimeToLive& setting = parsed.table->timeToLive;
    const bool isEnabled = !setting.attribute.empty();
    out.beginObject().name("TimeToLiveDescription").beginObject();
    if (isEnabled) out.name("AttributeName").string(setting.attribute);
    out.name("TimeToLiveStatus").string(isEnabled ? "ENABLED" : "DISABLED");
    out.endObject().endObject();
}

}  // namespace

const Operation describe_time_to_live = operation<takeTableRequest, bind, reply>(kInput);

}  // namespace orrery::api::operations
