// GetResourcePolicy. API reference: API_GetResourcePolicy.html. No table has a policy yet.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/resource_arn.h"
#include "core/api/tables/table_request.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kResourceArn = string().lengths(1, 1283);
constexpr Member kMembers[] = {
    {"ResourceArn", &kResourceArn, Presence::NotNull},
};
constexpr Shape kInput = structure("GetResourcePolicyInput", kMembers);

ApiResult<TableRequest> parse(const Fields& request) {
    TRY(checkTableArn(request.text("ResourceArn")));
    return TableRequest{std::string(request.text("ResourceArn")), nullptr};
}

ApiResult<cluster::Request> bind(TableRequest& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY(findByArn(catalog, caller, parsed.tableName, ArnUse::Policy));
    return std::unexpected(ApiError{
        ErrorType::PolicyNotFound,
        "Resource-based policy not found for the provided ResourceArn: " + parsed.tableName,
        nullptr});
}

void reply(const TableRequest&, const cluster::Reply&, json::Writer& out) {
    out.beginObject().endObject();
}

}  // namespace

const Operation get_resource_policy = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
