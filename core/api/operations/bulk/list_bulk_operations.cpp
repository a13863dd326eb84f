// ListBulkOperations. API reference: API_ListBulkOperations.html. There are no bulk operations yet.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/table_request.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"MaxResults", &shapes::kLimit},
    {"NextToken", &shapes::kText},
};
constexpr Shape kInput = structure("ListBulkOperationsInput", kMembers);

void reply(const AccountRequest&, const cluster::Reply&, json::Writer& out) {
    out.beginObject().name("BulkOperationsSummaryList").beginArray().endArray().endObject();
}

}  // namespace

const Operation list_bulk_operations =
    operation<takeAccountRequest, bindAccountRequest, reply>(kInput);

}  // namespace orrery::api::operations
