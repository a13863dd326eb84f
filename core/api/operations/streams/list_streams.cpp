// ListStreams. API reference: API_ListStreams.html. In order of the tables' names, then oldest
// first; a page ends with the ARN at which the next one begins.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/stream_arguments.h"
#include "core/api/tables/table_settings.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr std::int64_t kStreamsMax = 100;

constexpr Shape kLimit = integer().range(1, kStreamsMax);
constexpr Member kMembers[] = {
    {"TableName", &shapes::kDescribedTableName},
    {"Limit", &kLimit},
    {"ExclusiveStartStreamArn", &shapes::kStreamArn},
};
constexpr Shape kInput = structure("ListStreamsInput", kMembers);

struct Parsed {
    std::string tableName;
    std::string after;
    std::size_t limit = kStreamsMax;
    std::vector<cluster::StreamPtr> streams;  ///< Set when the request is bound; one more than fit.
};

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    parsed.tableName = tableNameOf(request.text("TableName"));
    parsed.after = request.text("ExclusiveStartStreamArn");
    parsed.limit = static_cast<std::size_t>(request.integer("Limit").value_or(kStreamsMax));
    if (!parsed.after.empty()) TRY(checkStreamArn(parsed.after));
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    parsed.streams =
        catalog.streams().list(caller, parsed.tableName, parsed.after, parsed.limit + 1);
    // The streams of a deleted table are still listed.
    if (parsed.streams.empty() && !parsed.tableName.empty())
        TRY(findAnyTable(catalog, caller, parsed.tableName));
    return cluster::ReadNothing{};
}

void reply(const Parsed& parsed, const cluster::Reply&, json::Writer& out) {
    const std::size_t count = std::min(parsed.limit, parsed.streams.size());
    out.beginObject().name("Streams").beginArray();
    for (std::size_t i = 0; i < count; ++i) {
        const cluster::StreamDescription& stream = *parsed.streams[i];
        out.beginObject();
        out.name("StreamArn").string(stream.arn());
        out.name("StreamLabel").string(stream.label());
        out.name("TableName").string(stream.tableName);
        out.endObject();
    }
    out.endArray();
    if (parsed.streams.size() > count)
        out.name("LastEvaluatedStreamArn").string(parsed.streams[count - 1]->arn());
    out.endObject();
}

}  // namespace

const Operation list_streams = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
