// GetShardIterator. API reference: API_GetShardIterator.html.

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/stream_arguments.h"
#include "core/base/result.h"

namespace orrery::api::operations {
namespace {

using cluster::StreamStart;

constexpr std::string_view kTypes[] = {"TRIM_HORIZON", "LATEST", "AT_SEQUENCE_NUMBER",
                                       "AFTER_SEQUENCE_NUMBER"};
constexpr Shape kType = enumeration(kTypes);
constexpr Shape kSequenceNumber = string().lengths(21, 40);
constexpr Member kMembers[] = {
    {"StreamArn", &shapes::kStreamArn, Presence::NotNull},
    {"ShardId", &shapes::kShardId, Presence::NotNull},
    {"ShardIteratorType", &kType, Presence::NotNull},
    {"SequenceNumber", &kSequenceNumber},
};
constexpr Shape kInput = structure("GetShardIteratorInput", kMembers);

struct Parsed {
    std::string arn;
    std::string shardId;
    std::string sequenceNumber;
    bool isAfter = false;
    ShardIterator iterator;  ///< Stream, shard and position are set when the request is bound.
};

ApiError invalid(const std::string& text) {
    return ApiError::validation("One or more parameter values were invalid: " + text);
}

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    parsed.arn = request.text("StreamArn");
    parsed.shardId = request.text("ShardId");
    parsed.sequenceNumber = request.text("SequenceNumber");
    const std::string type(request.text("ShardIteratorType"));
    parsed.isAfter = type == "AFTER_SEQUENCE_NUMBER";
    const bool hasPosition = parsed.isAfter || type == "AT_SEQUENCE_NUMBER";
    parsed.iterator.start = hasPosition ? StreamStart::Position : StreamStart::Horizon;
    if (type == "LATEST") parsed.iterator.start = StreamStart::Latest;
    if (hasPosition && parsed.sequenceNumber.empty())
        return std::unexpected(
            invalid("SequenceNumber must be specified when ShardIteratorType is " + type));
    if (!hasPosition && !parsed.sequenceNumber.empty())
        return std::unexpected(
            invalid("SequenceNumber must not be specified when ShardIteratorType is " + type));
    TRY(checkStreamArn(parsed.arn));
    return parsed;
}

/// The position after which a reader begins, for a sequence number within the shard.
ApiResult<Lsn> positionOf(const Parsed& parsed, const cluster::StreamDescription& stream,
                          const cluster::StreamShard& shard) {
    const auto lsn = stream.lsnOf(parsed.sequenceNumber);
    const Lsn begin = shard.begin.value_or(Lsn{});
    if (!lsn || *lsn < begin || (shard.end && *lsn > *shard.end))
        return std::unexpected(ApiError::validation("Invalid SequenceNumber for the shard"));
    if (parsed.isAfter || *lsn == begin) return *lsn;
    return Lsn(lsn->value() - 1);
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(cluster::StreamPtr stream, findStream(catalog, caller, parsed.arn));
    const cluster::StreamShard* const shard = stream->findShard(parsed.shardId);
    if (shard == nullptr)
        return std::unexpected(ApiError{ErrorType::ResourceNotFound,
                                        "Requested resource not found: Shard does not exist",
                                        nullptr});
    ShardIterator& iterator = parsed.iterator;
    iterator.streamArn = parsed.arn;
    iterator.shard = shard->name();
    if (iterator.start == StreamStart::Position) {
        TRY_ASSIGN(iterator.position, positionOf(parsed, *stream, *shard));
    }
    if (iterator.start == StreamStart::Horizon) return cluster::ReadNothing{};
    cluster::ReadStream read;
    read.shard = shard->name();
    read.stream = std::move(stream);
    read.start = iterator.start;
    read.position = iterator.position;
    return read;
}

void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    ShardIterator iterator = parsed.iterator;
    if (const auto* read = std::get_if<cluster::StreamReply>(&reply)) {
        iterator.madeAt = read->now;
        if (iterator.start == StreamStart::Latest) iterator.position = read->position;
        iterator.start = StreamStart::Position;
    } else {
        iterator.madeAt = std::get<cluster::NothingReply>(reply).now;
    }
    out.beginObject().name("ShardIterator").string(encodeIterator(iterator)).endObject();
}

}  // namespace

const Operation get_shard_iterator = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
