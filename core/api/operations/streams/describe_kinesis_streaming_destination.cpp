// DescribeKinesisStreamingDestination. API reference: API_DescribeKinesisStreamingDestination.html.
// No table streams to Kinesis.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/table_request.h"

namespace orrery::api::operations {
namespace {

constexpr Member kMembers[] = {
    {"TableName", &shapes::kTableName, Presence::NotNull},
};
constexpr Shape kInput = structure("DescribeKinesisStreamingDestinationInput", kMembers);

void reply(const TableRequest& parsed, const cluster::Reply&, json::Writer& out) {
    out.beginObject().name("TableName").string(parsed.table->name);
    out.name("KinesisDataStreamDestinations").beginArray().endArray().endObject();
}

}  // namespace

const Operation describe_kinesis_streaming_destination =
    operation<takeTableRequest, bindTableRequest, reply>(kInput);

}  // namespace orrery::api::operations
