// DescribeStream. API reference: API_DescribeStream.html. There are no streams yet, so it finds
// none.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/missing_resource.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kArn = string().lengths(37, 1024);
constexpr Member kMembers[] = {
    {"StreamArn", &kArn, Presence::NotNull},
};
constexpr Shape kInput = structure("DescribeStreamInput", kMembers);

ApiResult<MissingResource> parse(const Fields& request) {
    return MissingResource{std::string(request.text("StreamArn"))};
}

ApiResult<cluster::Request> bind(MissingResource& parsed, const cluster::Catalog&,
                                 const cluster::Caller&) {
    return std::unexpected(
        ApiError{ErrorType::ResourceNotFound,
                 "Requested resource not found: Stream: " + parsed.name + " not found", nullptr});
}

}  // namespace

const Operation describe_stream = operation<parse, bind, replyMissing>(kInput);

}  // namespace orrery::api::operations
