// DescribeContributorInsights. API reference: API_DescribeContributorInsights.html. Contributor
// insights are off for every table and index.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/resource_arn.h"
#include "core/api/tables/table_request.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"TableName", &shapes::kTableName, Presence::NotNull},
    {"IndexName", &shapes::kIndexName},
};
constexpr Shape kInput = structure("DescribeContributorInsightsInput", kMembers);

struct Parsed {
    TableRequest tableRequest;
    std::string indexName;
};

ApiResult<Parsed> parse(const Fields& request) {
    TRY_ASSIGN(TableRequest tableRequest, takeTableRequest(request));
    return Parsed{std::move(tableRequest), std::string(request.text("IndexName"))};
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY(checkTableRegion(caller, parsed.tableRequest.tableName));
    TRY_ASSIGN(cluster::Request request, bindTableRequest(parsed.tableRequest, catalog, caller));
    if (!parsed.indexName.empty() &&
        parsed.tableRequest.table->findIndex(parsed.indexName) == nullptr)
        return std::unexpected(
            ApiError{ErrorType::ResourceNotFound,
                     "Requested resource not found: Index: " + parsed.indexName +
                         " not found for table: " + parsed.tableRequest.table->name,
                     nullptr});
    return request;
}

void reply(const Parsed& parsed, const cluster::Reply&, json::Writer& out) {
    out.beginObject().name("TableName").string(parsed.tableRequest.table->name);
    if (!parsed.indexName.empty()) out.name("IndexName").string(parsed.indexName);
    out.name("ContributorInsightsStatus").string("DISABLED").endObject();
}

}  // namespace

const Operation describe_contributor_insights = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
