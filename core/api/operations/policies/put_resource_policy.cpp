// PutResourcePolicy. API reference: API_PutResourcePolicy.html. Attaches a policy to a table. It is
// kept and shown; no request is refused because of it, since nobody signs in here.

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
    TRY(checkTableArn(parsed.arn, ArnUse::Policy));
    TRY(checkPolicy(parsed.policy));
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    cluster::UpdateTable update;
    TRY_ASSIGN(update.table, findByArn(catalog, caller, parsed.arn, ArnUse::Policy));
    TRY(checkRevision(*update.table, parsed.expected));
    // The same policy again keeps its revision.
    const auto& there = update.table->policy;
    if (!there || !isSamePolicy(there->text, parsed.policy)) update.policy = parsed.policy;
    return update;
}

void reply(const Parsed&, const cluster::Reply& reply, json::Writer& out) {
    const cluster::TablePtr& table = std::get<cluster::TableReply>(reply).table;
    out.beginObject().name("RevisionId").string(revisionText(*table->policy)).endObject();
}

}  // namespace

const Operation put_resource_policy = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
