// DescribeEndpoints. API reference: API_DescribeEndpoints.html. An SDK that discovers endpoints
// sends what follows to the address that stands here, so it must never be one of the service's: it
// is the default address of this program.

#include "core/api/operations.h"
#include "core/api/shapes.h"
#include "core/api/table_question.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kInput = structure("DescribeEndpointsRequest", {});

constexpr std::int64_t kCacheMinutes = 1440;

void reply(const AccountQuestion&, const cluster::Reply&, json::Writer& out) {
    out.beginObject().name("Endpoints").beginArray().beginObject();
    out.name("Address").string("127.0.0.1:8000");
    out.name("CachePeriodInMinutes").number(kCacheMinutes);
    out.endObject().endArray().endObject();
}

}  // namespace

const Operation describe_endpoints =
    operation<takeAccountQuestion, bindAccountQuestion, reply>(kInput);

}  // namespace orrery::api::operations
