// ListBackups. API reference: API_ListBackups.html. There are no backups yet. Observed in October
// 2026 in us-west-2: a table that does not exist has none either.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/table_request.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kLimit = integer().range(1, 100);
constexpr Shape kBackupArn = string().lengths(37, 1024);
constexpr std::string_view kBackupTypeValues[] = {"USER", "SYSTEM", "AWS_BACKUP", "ALL"};
constexpr Shape kBackupType = enumeration(kBackupTypeValues);
constexpr Member kMembers[] = {
    {"TableName", &shapes::kTableName},           {"Limit", &kLimit},
    {"TimeRangeLowerBound", &shapes::kTimestamp}, {"TimeRangeUpperBound", &shapes::kTimestamp},
    {"ExclusiveStartBackupArn", &kBackupArn},     {"BackupType", &kBackupType},
};
constexpr Shape kInput = structure("ListBackupsInput", kMembers);

void reply(const AccountRequest&, const cluster::Reply&, json::Writer& out) {
    out.beginObject().name("BackupSummaries").beginArray().endArray().endObject();
}

}  // namespace

const Operation list_backups = operation<takeAccountRequest, bindAccountRequest, reply>(kInput);

}  // namespace orrery::api::operations
