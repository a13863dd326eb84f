// GetResourcePolicy. API reference: API_GetResourcePolicy.html.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/policy_document.h"
#include "core/api/tables/resource_arn.h"
#include "core/api/tables/resource_policy.h"
#include "core/api/tables/table_shapes.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"ResourceArn", &shapes::kResourceArn, Presence::NotNull},
};
constexpr Shape kInput = structure("GetResourcePolicyInput", kMembers);

struct Parsed {
    std::string arn;
    Resource resource;  ///< Has a policy; set when the request is bound.
};

ApiResult<Parsed> parse(const Fields& request) {
    TRY(checkResourceArn(request.text("ResourceArn"), ArnUse::Policy));
    return Parsed{std::string(request.text("ResourceArn")), {}};
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(parsed.resource, findResource(catalog, caller, parsed.arn, ArnUse::Policy));
    if (!parsed.resource.policy()) return std::unexpected(policyNotFound(parsed.arn));
    return cluster::ReadNothing{};
}

void reply(const Parsed& parsed, const cluster::Reply&, json::Writer& out) {
    const cluster::ResourcePolicy& policy = *parsed.resource.policy();
    out.beginObject().name("Policy").string(shownPolicy(policy.text));
    out.name("RevisionId").string(revisionText(policy)).endObject();
}

}  // namespace

const Operation get_resource_policy = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
