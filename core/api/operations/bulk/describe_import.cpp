// DescribeImport. API reference: API_DescribeImport.html. There are no imports yet, so it finds
// none.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kArn = string().lengths(37, 1024);
constexpr Member kMembers[] = {
    {"ImportArn", &kArn, Presence::NotNull},
};
constexpr Shape kInput = structure("DescribeImportInput", kMembers);

struct Parsed {
    std::string name;
};

ApiResult<Parsed> parse(const Fields& request) {
    return Parsed{std::string(request.text("ImportArn"))};
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog&, const cluster::Caller&) {
    return std::unexpected(
        ApiError{ErrorType::ImportNotFound, "Import not found: " + parsed.name, nullptr});
}

// Never called: `bind` always fails.
void reply(const Parsed&, const cluster::Reply&, json::Writer& out) {
    out.beginObject().endObject();
}

}  // namespace

const Operation describe_import = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
