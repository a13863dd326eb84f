// GetResourcePolicy. API reference: API_GetResourcePolicy.html.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/resource_arn.h"
#include "core/api/tables/resource_policy.h"
#include "core/api/tables/table_request.h"
#include "core/api/tables/table_shapes.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"ResourceArn", &shapes::kResourceArn, Presence::NotNull},
};
constexpr Shape kInput = structure("GetResourcePolicyInput", kMembers);

ApiResult<TableRequest> parse(const Fields& request) {
    TRY(checkTableArn(request.text("ResourceArn"), ArnUse::Policy));
    return TableRequest{std::string(request.text("ResourceArn")), nullptr};
}

ApiResult<cluster::Request> bind(TableRequest& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(parsed.table, findByArn(catalog, caller, parsed.tableName, ArnUse::Policy));
    if (!parsed.table->policy) return std::unexpected(policyNotFound(parsed.tableName));
    return cluster::ReadNothing{};
}

void reply(const TableRequest& parsed, const cluster::Reply&, json::Writer& out) {
    const cluster::ResourcePolicy& policy = *parsed.table->policy;
    out.beginObject().name("Policy").string(policy.text);
    out.name("RevisionId").string(revisionText(policy)).endObject();
}

}  // namespace

const Operation get_resource_policy = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
