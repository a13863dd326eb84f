// DeleteResourcePolicy. API reference: API_DeleteResourcePolicy.html. Without a policy it does
// nothing, unless the request expects one.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/resource_arn.h"
#include "core/api/tables/resource_policy.h"
#include "core/api/tables/table_shapes.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"ResourceArn", &shapes::kResourceArn, Presence::NotNull},
    {"ExpectedRevisionId", &shapes::kRevisionId},
};
constexpr Shape kInput = structure("DeleteResourcePolicyInput", kMembers);

struct Parsed {
    std::string arn;
    std::optional<std::string> expected;
    std::string revision;  ///< Of the policy that is deleted; set when the request is bound.
};

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed{std::string(request.text("ResourceArn")), takeExpectedRevision(request), {}};
    TRY(checkResourceArn(parsed.arn, ArnUse::Policy));
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(const Resource resource, findResource(catalog, caller, parsed.arn, ArnUse::Policy));
    TRY(checkRevision(resource, parsed.expected));
    if (!resource.policy()) return cluster::ReadNothing{};
    parsed.revision = revisionText(*resource.policy());
    return resource.withPolicy(std::string());
}

void reply(const Parsed& parsed, const cluster::Reply&, json::Writer& out) {
    out.beginObject();
    if (!parsed.revision.empty()) out.name("RevisionId").string(parsed.revision);
    out.endObject();
}

}  // namespace

const Operation delete_resource_policy = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
