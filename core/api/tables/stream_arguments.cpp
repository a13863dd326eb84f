#include "core/api/tables/stream_arguments.h"

#include "core/base/bytes.h"
#include "core/base/crc32c.h"
#include "core/types/base64.h"

namespace orrery::api {
namespace {

//   iterator := streamArn "|1|" base64(payload)
//   payload  := version:uint8(1|2) start:uint8 group:varint openedAt:uint64? position:varint
//               madeAt:uint64 crc:uint32
//
// The CRC covers the ARN and the payload before it; times are in nanoseconds since 1970. Version 2
// is for a shard that is the child of another, and says when it was opened.

constexpr std::string_view kSeparator = "|1|";
constexpr std::uint8_t kOfFirst = 1;
constexpr std::uint8_t kOfChild = 2;

}  // namespace

ApiResult<void> checkStreamArn(std::string_view arn) {
    if (cluster::parseStreamArn(arn)) return {};
    return std::unexpected(ApiError::validation("Invalid StreamArn"));
}

ApiError streamNotFound(std::string_view arn) {
    return {ErrorType::ResourceNotFound,
            "Requested resource not found: Stream: " + std::string(arn) + " not found", nullptr};
}

ApiResult<cluster::StreamPtr> findStream(const cluster::Catalog& catalog,
                                         const cluster::Caller& caller, std::string_view arn) {
    cluster::StreamPtr stream = catalog.streams().find(caller, arn);
    if (stream != nullptr) return stream;
    return std::unexpected(streamNotFound(arn));
}

std::string encodeIterator(const ShardIterator& iterator) {
    std::string payload;
    ByteWriter out(payload);
    const auto& openedAt = iterator.shard.openedAt;
    out.u8(openedAt ? kOfChild : kOfFirst);
    out.u8(static_cast<std::uint8_t>(iterator.start));
    out.varint(iterator.shard.group.value());
    if (openedAt) out.u64(static_cast<std::uint64_t>(openedAt->sinceEpoch().count()));
    out.varint(iterator.position.value());
    out.u64(static_cast<std::uint64_t>(iterator.madeAt.sinceEpoch().count()));
    out.u32(crc32c(payload, crc32c(iterator.streamArn)));
    std::string text = iterator.streamArn;
    text += kSeparator;
    types::appendBase64(text, payload);
    return text;
}

std::optional<ShardIterator> decodeIterator(std::string_view text) {
    const std::size_t separator = text.rfind(kSeparator);
    if (separator == std::string_view::npos) return std::nullopt;
    ShardIterator iterator;
    iterator.streamArn = text.substr(0, separator);
    const auto payload = types::parseBase64(text.substr(separator + kSeparator.size()));
    constexpr std::size_t kCrcBytes = 4;
    if (!payload || payload->size() < kCrcBytes) return std::nullopt;
    const std::string_view covered =
        std::string_view(*payload).substr(0, payload->size() - kCrcBytes);
    ByteReader in(*payload);
    const std::uint8_t version = in.u8();
    const std::uint8_t start = in.u8();
    iterator.shard.group = GroupId(in.varint());
    if (version == kOfChild)
        iterator.shard.openedAt = CalendarTime(Duration(static_cast<std::int64_t>(in.u64())));
    iterator.position = Lsn(in.varint());
    iterator.madeAt = CalendarTime(Duration(static_cast<std::int64_t>(in.u64())));
    const std::uint32_t crc = in.u32();
    const bool isSound = in.ok() && in.atEnd() && (version == kOfFirst || version == kOfChild) &&
                         start <= static_cast<std::uint8_t>(cluster::StreamStart::Position) &&
                         crc == crc32c(covered, crc32c(iterator.streamArn));
    if (!isSound) return std::nullopt;
    iterator.start = static_cast<cluster::StreamStart>(start);
    return iterator;
}

}  // namespace orrery::api
