// DescribeStream. API reference: API_DescribeStream.html. There are no streams yet, so none is
// found.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kArn = string().lengths(37, 1024);
constexpr Member kMembers[] = {
    {"StreamArn", &kArn, Presence::NotNull},
};
constexpr Shape kInput = structure("DescribeStreamInput", kMembers);

struct Parsed {
    std::string name;
};

ApiResult<Parsed> parse(const Fields& request) {
    return Parsed{std::string(request.text("StreamArn"))};
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog&, const cluster::Caller&) {
    return std::unexpected(
        ApiError{ErrorType::ResourceNotFound,
                 "Requested resource not found: Stream: " + parsed.name + " not found", nullptr});
}

// Never reached: there is nothing to find.
void reply(const Parsed&, const cluster::Reply&, json::Writer& out) {
    out.beginObject().endObject();
}

}  // namespace

const Operation describe_stream = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
