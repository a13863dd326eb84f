// DescribeTableReplicaAutoScaling. API reference: API_DescribeTableReplicaAutoScaling.html. No
// table has replicas in other Regions yet, so it finds none. Observed in October 2026 in us-west-2
// and us-east-1: a table of one Region is not found either.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/missing_resource.h"
#include "core/api/tables/table_settings.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"TableName", &shapes::kTableName, Presence::NotNull},
};
constexpr Shape kInput = structure("DescribeTableReplicaAutoScalingInput", kMembers);

ApiResult<MissingResource> parse(const Fields& request) {
    return MissingResource{std::string(tableNameOf(request.text("TableName")))};
}

ApiResult<cluster::Request> bind(MissingResource& parsed, const cluster::Catalog&,
                                 const cluster::Caller&) {
    return std::unexpected(ApiError{ErrorType::ResourceNotFound,
                                    "Global table with name: '" + parsed.name + "' does not exist.",
                                    nullptr});
}

}  // namespace

const Operation describe_table_replica_auto_scaling = operation<parse, bind, replyMissing>(kInput);

}  // namespace orrery::api::operations
