// DescribeEndpoints. API reference: API_DescribeEndpoints.html. An SDK that discovers endpoints
// sends its next requests to this address. It must never be an address of the service, so it is the
// one to which this request was sent.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kInput = structure("DescribeEndpointsRequest", {});

constexpr std::int64_t kCacheMinutes = 1440;

struct Parsed {
    std::string host;
};

ApiResult<Parsed> parse(const Fields&) {
    return Parsed{};
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog&,
                                 const cluster::Caller& caller) {
    parsed.host = caller.host;
    return cluster::ReadNothing{};
}

void reply(const Parsed& parsed, const cluster::Reply&, json::Writer& out) {
    out.beginObject().name("Endpoints").beginArray().beginObject();
    out.name("Address").string(parsed.host);
    out.name("CachePeriodInMinutes").number(kCacheMinutes);
    out.endObject().endArray().endObject();
}

}  // namespace

const Operation describe_endpoints = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
