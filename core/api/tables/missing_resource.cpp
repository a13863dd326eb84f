#include "core/api/tables/missing_resource.h"

#include "core/base/check.h"

namespace orrery::api {

void replyMissing(const MissingResource&, const cluster::Reply&, json::Writer&) {
    CHECK(false);
}

ApiResult<MissingResource> takeGlobalTable(const Fields& request) {
    return MissingResource{std::string(request.text("GlobalTableName"))};
}

ApiResult<cluster::Request> refuseGlobalTable(MissingResource& parsed, const cluster::Catalog&,
                                              const cluster::Caller&) {
    return std::unexpected(ApiError{
        ErrorType::GlobalTableNotFound,
        "Global table not found: Global table with name: '" + parsed.name + "' does not exist.",
        nullptr});
}

}  // namespace orrery::api
