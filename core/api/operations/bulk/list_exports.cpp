// ListExports. API reference: API_ListExports.html. There are no exports yet.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/table_request.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kMaxResults = integer().range(1, 25);
constexpr Member kMembers[] = {
    {"TableArn", &shapes::kTableName},
    {"MaxResults", &kMaxResults},
    {"NextToken", &shapes::kText},
};
constexpr Shape kInput = structure("ListExportsInput", kMembers);

ApiResult<TableRequest> parse(const Fields& request) {
    return TableRequest{std::string(request.text("TableArn")), nullptr};
}

void reply(const TableRequest&, const cluster::Reply&, json::Writer& out) {
    out.beginObject().name("ExportSummaries").beginArray().endArray().endObject();
}

}  // namespace

const Operation list_exports = operation<parse, bindOptionalTable, reply>(kInput);

}  // namespace orrery::api::operations
