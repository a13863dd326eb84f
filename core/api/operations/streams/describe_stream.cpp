// DescribeStream. API reference: API_DescribeStream.html. A shard is the stream's part of one
// partition.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/stream_arguments.h"
#include "core/api/tables/table_json.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

constexpr std::int64_t kShardsMax = 100;

constexpr Shape kLimit = integer().range(1, kShardsMax);
constexpr std::string_view kFilterTypes[] = {"CHILD_SHARDS"};
constexpr Shape kFilterType = enumeration(kFilterTypes);
constexpr Member kFilterMembers[] = {
    {"Type", &kFilterType, Presence::NotNull},
    {"ShardId", &shapes::kShardId, Presence::NotNull},
};
constexpr Shape kFilter = structure("ShardFilter", kFilterMembers);
constexpr Member kMembers[] = {
    {"StreamArn", &shapes::kStreamArn, Presence::NotNull},
    {"Limit", &kLimit},
    {"ExclusiveStartShardId", &shapes::kShardId},
    {"ShardFilter", &kFilter},
};
constexpr Shape kInput = structure("DescribeStreamInput", kMembers);

struct Parsed {
    std::string arn;
    std::size_t limit = kShardsMax;
    std::string after;
    /// Only the children of one shard are wanted. A partition is never split while it has a stream,
    /// so no shard has children.
    bool wantsChildren = false;
    cluster::StreamPtr stream;  ///< Set when the request is bound.
};

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    parsed.arn = request.text("StreamArn");
    parsed.limit = static_cast<std::size_t>(request.integer("Limit").value_or(kShardsMax));
    parsed.after = request.text("ExclusiveStartShardId");
    parsed.wantsChildren = request.has("ShardFilter");
    TRY(checkStreamArn(parsed.arn));
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(parsed.stream, findStream(catalog, caller, parsed.arn));
    return cluster::ReadNothing{};
}

void writeShard(json::Writer& out, const cluster::StreamDescription& stream, std::size_t number) {
    const cluster::StreamShard& shard = stream.shards[number];
    out.beginObject();
    out.name("SequenceNumberRange").beginObject();
    if (shard.end) out.name("EndingSequenceNumber").string(stream.sequenceNumber(*shard.end));
    out.name("StartingSequenceNumber").string(stream.sequenceNumber(shard.begin.value_or(Lsn{})));
    out.endObject();
    out.name("ShardId").string(stream.shardId(number));
    out.endObject();
}

void reply(const Parsed& parsed, const cluster::Reply&, json::Writer& out) {
    const cluster::StreamDescription& stream = *parsed.stream;
    std::vector<std::size_t> shown;
    bool hasMore = false;
    for (std::size_t i = 0; i < stream.shards.size() && !parsed.wantsChildren; ++i) {
        if (stream.shardId(i) <= parsed.after) continue;
        hasMore = shown.size() == parsed.limit;
        if (hasMore) break;
        shown.push_back(i);
    }
    out.beginObject().name("StreamDescription").beginObject();
    writeTime(out.name("CreationRequestDateTime"), stream.createdAt);
    writeKeySchema(out, stream.keys);
    if (hasMore) out.name("LastEvaluatedShardId").string(stream.shardId(shown.back()));
    out.name("Shards").beginArray();
    for (const std::size_t shard : shown)
        writeShard(out, stream, shard);
    out.endArray();
    out.name("StreamArn").string(stream.arn());
    out.name("StreamLabel").string(stream.label());
    out.name("StreamStatus").string(cluster::statusText(stream.status()));
    out.name("StreamViewType").string(cluster::viewText(stream.view));
    out.name("TableName").string(stream.tableName);
    out.endObject().endObject();
}

}  // namespace

const Operation describe_stream = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
