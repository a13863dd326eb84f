// ListStreams. API reference: API_ListStreams.html. No table has a stream yet.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/table_request.h"

namespace orrery::api::operations {
namespace {

constexpr Shape kLimit = integer().range(1, 100);
constexpr Shape kStreamArn = string().lengths(37, 1024);
constexpr Member kMembers[] = {
    {"TableName", &shapes::kTableName},
    {"Limit", &kLimit},
    {"ExclusiveStartStreamArn", &kStreamArn},
};
constexpr Shape kInput = structure("ListStreamsInput", kMembers);

void reply(const TableRequest&, const cluster::Reply&, json::Writer& out) {
    out.beginObject().name("Streams").beginArray().endArray().endObject();
}

}  // namespace

const Operation list_streams = operation<takeTableRequest, bindOptionalTable, reply>(kInput);

}  // namespace orrery::api::operations
