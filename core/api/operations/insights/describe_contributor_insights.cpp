// DescribeContributorInsights. API reference: API_DescribeContributorInsights.html. Contributor
// insights are off for every table and index.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/table_question.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"TableName", &shapes::kTableName, Presence::NotNull},
    {"IndexName", &shapes::kIndexName},
};
constexpr Shape kInput = structure("DescribeContributorInsightsInput", kMembers);

struct Parsed {
    TableQuestion question;
    std::string indexName;
};

ApiResult<Parsed> parse(const Fields& request) {
    TRY_ASSIGN(TableQuestion question, takeTableQuestion(request));
    return Parsed{std::move(question), std::string(request.text("IndexName"))};
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(cluster::Request request, bindTableQuestion(parsed.question, catalog, caller));
    if (!parsed.indexName.empty() && parsed.question.table->findIndex(parsed.indexName) == nullptr)
        return std::unexpected(ApiError{ErrorType::ResourceNotFound,
                                        "Requested resource not found: Index: " + parsed.indexName +
                                            " not found for table: " + parsed.question.table->name,
                                        nullptr});
    return request;
}

void reply(const Parsed& parsed, const cluster::Reply&, json::Writer& out) {
    out.beginObject().name("TableName").string(parsed.question.table->name);
    if (!parsed.indexName.empty()) out.name("IndexName").string(parsed.indexName);
    out.name("ContributorInsightsStatus").string("DISABLED").endObject();
}

}  // namespace

const Operation describe_contributor_insights = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
