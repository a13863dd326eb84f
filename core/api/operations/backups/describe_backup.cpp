// DescribeBackup. API reference: API_DescribeBackup.html. There are no backups yet, so it finds
// none.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/missing_resource.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kArn = string().lengths(37, 1024);
constexpr Member kMembers[] = {
    {"BackupArn", &kArn, Presence::NotNull},
};
constexpr Shape kInput = structure("DescribeBackupInput", kMembers);

ApiResult<MissingResource> parse(const Fields& request) {
    return MissingResource{std::string(request.text("BackupArn"))};
}

ApiResult<cluster::Request> bind(MissingResource& parsed, const cluster::Catalog&,
                                 const cluster::Caller&) {
    return std::unexpected(
        ApiError{ErrorType::BackupNotFound, "Backup not found: " + parsed.name, nullptr});
}

}  // namespace

const Operation describe_backup = operation<parse, bind, replyMissing>(kInput);

}  // namespace orrery::api::operations
