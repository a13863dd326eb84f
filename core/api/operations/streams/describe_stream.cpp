// DescribeStream. API reference: API_DescribeStream.html. A shard is a part of the stream in one
// partition; after four hours its child continues it.

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
    /// Only the children of this shard are wanted. Empty: all are.
    std::string parentId;
    cluster::StreamPtr stream;  ///< Set when the request is bound.
};

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    parsed.arn = request.text("StreamArn");
    parsed.limit = static_cast<std::size_t>(request.integer("Limit").value_or(kShardsMax));
    parsed.after = request.text("ExclusiveStartShardId");
    if (const auto filter = request.structure("ShardFilter"))
        parsed.parentId = filter->text("ShardId");
    TRY(checkStreamArn(parsed.arn));
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(parsed.stream, findStream(catalog, caller, parsed.arn));
    return cluster::ReadNothing{};
}

// A child begins after the record with which its parent ends.
Lsn startOf(const cluster::StreamShard& shard) {
    const Lsn begin = shard.begin.value_or(Lsn{});
    return shard.openedAt ? begin.next() : begin;
}

void writeShard(json::Writer& out, const cluster::StreamDescription& stream,
                const cluster::StreamShard& shard) {
    out.beginObject();
    if (const auto parent = shard.parent())
        out.name("ParentShardId").string(stream.shardId(*parent));
    out.name("SequenceNumberRange").beginObject();
    if (shard.end) out.name("EndingSequenceNumber").string(stream.sequenceNumber(*shard.end));
    out.name("StartingSequenceNumber").string(stream.sequenceNumber(startOf(shard)));
    out.endObject();
    out.name("ShardId").string(stream.shardId(shard.name()));
    out.endObject();
}

void reply(const Parsed& parsed, const cluster::Reply&, json::Writer& out) {
    const cluster::StreamDescription& stream = *parsed.stream;
    std::vector<const cluster::StreamShard*> shown;
    bool hasMore = false;
    for (const cluster::StreamShard& shard : stream.shards) {
        if (stream.shardId(shard.name()) <= parsed.after) continue;
        const auto parent = shard.parent();
        if (!parsed.parentId.empty() && (!parent || stream.shardId(*parent) != parsed.parentId))
            continue;
        hasMore = shown.size() == parsed.limit;
        if (hasMore) break;
        shown.push_back(&shard);
    }
    out.beginObject().name("StreamDescription").beginObject();
    writeTime(out.name("CreationRequestDateTime"), stream.createdAt);
    writeKeySchema(out, stream.keys);
    if (hasMore) out.name("LastEvaluatedShardId").string(stream.shardId(shown.back()->name()));
    out.name("Shards").beginArray();
    for (const cluster::StreamShard* const shard : shown)
        writeShard(out, stream, *shard);
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
