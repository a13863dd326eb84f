// GetRecords. API reference: API_GetRecords.html, API_streams_Record.html.

#include <chrono>

#include "core/api/decode/shapes.h"
#include "core/api/operations/operations.h"
#include "core/api/tables/stream_arguments.h"
#include "core/base/check.h"
#include "core/base/hash.h"
#include "core/base/result.h"
#include "core/base/text.h"
#include "core/types/item_codec.h"
#include "core/types/item_size.h"
#include "core/types/wire_codec.h"

namespace orrery::api::operations {
namespace {

using cluster::StreamStart;

constexpr std::int64_t kRecordsMax = 1000;

constexpr Shape kIterator = string().lengths(1, 2048);
constexpr Shape kLimit = integer().range(1, kRecordsMax);
constexpr Member kMembers[] = {
    {"ShardIterator", &kIterator, Presence::NotNull},
    {"Limit", &kLimit},
};
constexpr Shape kInput = structure("GetRecordsInput", kMembers);

struct Parsed {
    ShardIterator iterator;
    std::size_t limit = kRecordsMax;
    cluster::StreamPtr stream;  ///< These two are set when the request is bound.
    cluster::StreamShard shard;
};

ApiResult<Parsed> parse(const Fields& request) {
    Parsed parsed;
    auto iterator = decodeIterator(request.text("ShardIterator"));
    if (!iterator) return std::unexpected(ApiError::validation("Invalid ShardIterator"));
    parsed.iterator = *std::move(iterator);
    parsed.limit = static_cast<std::size_t>(request.integer("Limit").value_or(kRecordsMax));
    return parsed;
}

ApiResult<cluster::Request> bind(Parsed& parsed, const cluster::Catalog& catalog,
                                 const cluster::Caller& caller) {
    TRY_ASSIGN(parsed.stream, findStream(catalog, caller, parsed.iterator.streamArn));
    const cluster::StreamShard* const shard = parsed.stream->findShard(parsed.iterator.shard);
    // The world answers for one that has expired.
    if (shard != nullptr) parsed.shard = *shard;
    cluster::ReadStream read;
    read.stream = parsed.stream;
    read.shard = parsed.iterator.shard;
    read.start = parsed.iterator.start;
    read.position = parsed.iterator.position;
    read.limit = parsed.limit;
    read.iteratorMadeAt = parsed.iterator.madeAt;
    return read;
}

void writeImage(json::Writer& out, std::string_view name, const std::string& image) {
    const bool isItem = types::appendItemJson(out.name(name).value(), image);
    CHECK(isItem);
}

/// The key of the item, and its size.
std::size_t writeKeys(json::Writer& out, const types::KeySchema& keys, const std::string& image) {
    const types::EncodedItem item(image);
    types::Item key;
    const auto add = [&](const types::KeyAttribute& attribute) {
        if (auto value = item.find(attribute.name)) key.set(attribute.name, *std::move(value));
    };
    add(keys.partition);
    if (keys.sort) add(*keys.sort);
    types::appendJson(out.name("Keys").value(), key);
    return types::itemBytes(key);
}

/// Unique for each change.
std::string eventId(const cluster::StreamDescription& stream, const cluster::ShardName& shard,
                    Lsn lsn) {
    const Md5 digest =
        md5(stream.arn() + "/" + stream.shardId(shard) + "/" + stream.sequenceNumber(lsn));
    return hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::string_view eventName(const cluster::StreamEntry& entry) {
    if (!entry.newImage) return "REMOVE";
    return entry.hadItem ? "MODIFY" : "INSERT";
}

void writeChange(json::Writer& out, const cluster::StreamDescription& stream,
                 const cluster::StreamEntry& entry) {
    out.name("dynamodb").beginObject();
    const auto seconds =
        std::chrono::floor<std::chrono::seconds>(entry.committedAt.sinceEpoch()).count();
    out.name("ApproximateCreationDateTime").number(static_cast<double>(seconds));
    const std::optional<std::string>& image = entry.newImage ? entry.newImage : entry.oldImage;
    std::size_t bytes = image ? writeKeys(out, stream.keys, *image) : 0;
    if (entry.newImage && cluster::hasNewImage(stream.view)) {
        writeImage(out, "NewImage", *entry.newImage);
        bytes += entry.newItemBytes;
    }
    if (entry.oldImage && cluster::hasOldImage(stream.view)) {
        writeImage(out, "OldImage", *entry.oldImage);
        bytes += entry.oldItemBytes;
    }
    out.name("SequenceNumber").string(stream.sequenceNumber(entry.lsn));
    out.name("SizeBytes").number(static_cast<std::int64_t>(bytes));
    out.name("StreamViewType").string(cluster::viewText(stream.view));
    out.endObject();
}

void writeRecord(json::Writer& out, const Parsed& parsed, const cluster::StreamEntry& entry) {
    const cluster::StreamDescription& stream = *parsed.stream;
    out.beginObject();
    out.name("awsRegion").string(stream.regionName);
    writeChange(out, stream, entry);
    out.name("eventID").string(eventId(stream, parsed.iterator.shard, entry.lsn));
    out.name("eventName").string(eventName(entry));
    out.name("eventSource").string("aws:dynamodb");
    out.name("eventVersion").string("1.1");
    if (entry.isExpiry) {
        out.name("userIdentity").beginObject();
        out.name("PrincipalId").string("dynamodb.amazonaws.com");
        out.name("Type").string("Service");
        out.endObject();
    }
    out.endObject();
}

void reply(const Parsed& parsed, const cluster::Reply& reply, json::Writer& out) {
    const auto& read = std::get<cluster::StreamReply>(reply);
    out.beginObject();
    if (!read.atEnd) {
        ShardIterator next = parsed.iterator;
        next.madeAt = read.now;
        // A shard that has not begun yet has no position.
        const bool hasBegun = parsed.shard.begin.has_value();
        if (hasBegun || !read.entries.empty()) {
            next.start = read.next;
            next.position = read.position;
        }
        out.name("NextShardIterator").string(encodeIterator(next));
    }
    out.name("Records").beginArray();
    for (const cluster::StreamEntry& entry : read.entries)
        writeRecord(out, parsed, entry);
    out.endArray();
    out.endObject();
}

}  // namespace

const Operation get_records = operation<parse, bind, reply>(kInput);

}  // namespace orrery::api::operations
