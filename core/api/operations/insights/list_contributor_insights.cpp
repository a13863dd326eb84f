// ListContributorInsights. API reference: API_ListContributorInsights.html. Contributor insights
// are off for every table.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/table_request.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kMaxResults = integer().range(kNoLimit, 100);
constexpr Member kMembers[] = {
    {"TableName", &shapes::kTableName},
    {"NextToken", &shapes::kText},
    {"MaxResults", &kMaxResults},
};
constexpr Shape kInput = structure("ListContributorInsightsInput", kMembers);

void reply(const TableRequest&, const cluster::Reply&, json::Writer& out) {
    out.beginObject().name("ContributorInsightsSummaries").beginArray().endArray().endObject();
}

}  // namespace

const Operation list_contributor_insights =
    operation<takeTableRequest, bindOptionalTable, reply>(kInput);

}  // namespace orrery::api::operations
