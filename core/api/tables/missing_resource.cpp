#include "core/api/tables/missing_resource.h"

#include "core/base/check.h"

namespace orrery::api {

void replyMissing(const MissingResource&, const cluster::Reply&, json::Writer&) {
    CHECK(false);
}

}  // namespace orrery::api
