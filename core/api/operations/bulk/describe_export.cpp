// DescribeExport. API reference: API_DescribeExport.html. There are no exports yet, so it finds
// none.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/missing_resource.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kArn = string().lengths(37, 1024);
constexpr Member kMembers[] = {
    {"ExportArn", &kArn, Presence::NotNull},
};
constexpr Shape kInput = structure("DescribeExportInput", kMembers);

ApiResult<MissingResource> parse(const Fields& request) {
    return MissingResource{std::string(request.text("ExportArn"))};
}

ApiResult<cluster::Request> bind(MissingResource& parsed, const cluster::Catalog&,
                                 const cluster::Caller&) {
    return std::unexpected(
        ApiError{ErrorType::ExportNotFound, "Export not found: " + parsed.name, nullptr});
}

}  // namespace

const Operation describe_export = operation<parse, bind, replyMissing>(kInput);

}  // namespace orrery::api::operations
