// DescribeBulkOperation. API reference: API_DescribeBulkOperation.html. There are no bulk
// operations yet, so it finds none.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/missing_resource.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"BulkOperationArn", &shapes::kText, Presence::NotNull},
};
constexpr Shape kInput = structure("DescribeBulkOperationInput", kMembers);

ApiResult<MissingResource> parse(const Fields& request) {
    return MissingResource{std::string(request.text("BulkOperationArn"))};
}

ApiResult<cluster::Request> bind(MissingResource& parsed, const cluster::Catalog&,
                                 const cluster::Caller&) {
    return std::unexpected(ApiError{
        ErrorType::ResourceNotFound,
        "Requested resource not found: BulkOperationArn: " + parsed.name + " not found", nullptr});
}

}  // namespace

const Operation describe_bulk_operation = operation<parse, bind, replyMissing>(kInput);

}  // namespace orrery::api::operations
