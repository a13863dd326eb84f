// PutResourcePolicy. API reference: API_PutResourcePolicy.html. Attaches a policy to a table or a
// stream. It is checked, kept and shown; no request is refused because of it.

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
    {"Policy", &shapes::kText, Presence::NotNull},
    {"ExpectedRevisionId", &shapes::kRevisionId},
    {"ConfirmRemoveSelfResourceAccess", &shapes::kFlag},
};
constexpr Shape kInput = structure("PutResourcePolicyInput", kMembers);

struct Parsed {
    std::string arn;
    std::string policy;
    std::optional<std::string> expected;
};

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed{std::string(request.text("ResourceArn")), std::string(request.text("Policy")),
                  takeExpectedRevision(request)};
    TRY(checkResourceArn(parsed.arn, ArnUse::Policy));
    TRY(checkPolicy(parsed.policy));
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(const Resource resource, findResource(catalog, caller, parsed.arn, ArnUse::Policy));
    TRY(checkRevision(resource, parsed.expected));
    // An equal policy changes nothing, so its revision stays.
    const auto& there = resource.policy();
    if (there && isSamePolicy(there->text, parsed.policy)) return resource.withPolicy(std::nullopt);
    return resource.withPolicy(parsed.policy);
}

void reply(const Parsed&, const cluster::Reply& reply, json::Writer& out) {
    const auto* const ofStream = std::get_if<cluster::UpdateStreamReply>(&reply);
    const cluster::ResourcePolicy& policy =
        ofStream != nullptr ? *ofStream->stream->policy
                            : *std::get<cluster::TableReply>(reply).table->policy;
    out.beginObject().name("RevisionId").string(revisionText(policy)).endObject();
}

}  // namespace

const Operation put_resource_policy = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
