// DescribeContinuousBackups. API reference: API_DescribeContinuousBackups.html. Continuous backups
// are always on. Point-in-time recovery is off for every table, since it is not built yet.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/resource_arn.h"
#include "core/api/tables/table_request.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"TableName", &shapes::kTableName, Presence::NotNull},
};
constexpr Shape kInput = structure("DescribeContinuousBackupsInput", kMembers);

// Operations on backups have their own error for a missing table.
ApiResult<cluster::Request> bind(TableRequest& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY(checkTableRegion(caller, parsed.tableName));
    if (catalog.find(caller, parsed.tableName) == nullptr)
        return std::unexpected(
            ApiError{ErrorType::TableNotFound, "Table not found: " + parsed.tableName, nullptr});
    return cluster::ReadNothing{};
}

void reply(const TableRequest&, const cluster::Reply&, json::Writer& out) {
    out.beginObject().name("ContinuousBackupsDescription").beginObject();
    out.name("ContinuousBackupsStatus").string("ENABLED");
    out.name("PointInTimeRecoveryDescription").beginObject();
    out.name("PointInTimeRecoveryStatus").string("DISABLED");
    out.endObject().endObject().endObject();
}

}  // namespace

const Operation describe_continuous_backups = operation<takeTableRequest, bind, reply>(kInput);

}  // namespace orrery::api::operations
