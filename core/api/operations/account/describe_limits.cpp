// DescribeLimits. API reference: API_DescribeLimits.html. The quotas of a new account
// (ServiceQuotas).

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/table_request.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kInput = structure("DescribeLimitsInput", {});

constexpr std::int64_t kAccountUnitsMax = 80'000;
constexpr std::int64_t kTableUnitsMax = 40'000;

void reply(const AccountRequest&, const cluster::Reply&, json::Writer& out) {
    out.beginObject();
    out.name("AccountMaxReadCapacityUnits").number(kAccountUnitsMax);
    out.name("AccountMaxWriteCapacityUnits").number(kAccountUnitsMax);
    out.name("TableMaxReadCapacityUnits").number(kTableUnitsMax);
    out.name("TableMaxWriteCapacityUnits").number(kTableUnitsMax);
    out.endObject();
}

}  // namespace

const Operation describe_limits = operation<takeAccountRequest, bindAccountRequest, reply>(kInput);

}  // namespace orrery::api::operations
