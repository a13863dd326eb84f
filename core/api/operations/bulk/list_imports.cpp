// ListImports. API reference: API_ListImports.html. There are no imports yet.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/table_request.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kPageSize = integer().range(1, 25);
constexpr Shape kNextToken = string().lengths(112, 1024).matching(Pattern::Token);
constexpr Member kMembers[] = {
    {"TableArn", &shapes::kTableName},
    {"PageSize", &kPageSize},
    {"NextToken", &kNextToken},
};
constexpr Shape kInput = structure("ListImportsInput", kMembers);

ApiResult<TableRequest> parse(const Fields& request) {
    return TableRequest{std::string(request.text("TableArn")), nullptr};
}

void reply(const TableRequest&, const cluster::Reply&, json::Writer& out) {
    out.beginObject().name("ImportSummaryList").beginArray().endArray().endObject();
}

}  // namespace

const Operation list_imports = operation<parse, bindOptionalTable, reply>(kInput);

}  // namespace orrery::api::operations
