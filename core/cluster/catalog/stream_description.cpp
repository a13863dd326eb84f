#include "core/cluster/catalog/stream_description.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "core/base/account_id.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/text.h"

namespace orrery::cluster {
namespace {

//   stream := version:uint8(1) account region regionId:uint8 table space:varint view:uint8
//             keyAttribute hasSort:uint8 keyAttribute? createdAt:uint64 hasEnd:uint8
//             disabledAt:uint64? count:varint shard…
//   shard  := group:varint flags:uint8 begin:varint? end:varint?
//
// Texts are sized; times are nanoseconds since 1970. Flags: 1 has a beginning, 2 has an end.

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kHasBegin = 1;
constexpr std::uint8_t kHasEnd = 2;

// A sequence number, and the numbers in a shard id, are decimal digits of fixed widths.
constexpr std::size_t kMillisecondDigits = 13;
constexpr std::size_t kLsnDigits = 14;

constexpr std::array<std::string_view, 4> kViews = {"KEYS_ONLY", "NEW_IMAGE", "OLD_IMAGE",
                                                    "NEW_AND_OLD_IMAGES"};

std::int64_t milliseconds(CalendarTime time) {
    return std::chrono::floor<std::chrono::milliseconds>(time.sinceEpoch()).count();
}

std::string digits(std::uint64_t number, std::size_t width) {
    const std::string text = std::to_string(number);
    return text.size() >= width ? text : std::string(width - text.size(), '0') + text;
}

void write(ByteWriter& out, const types::KeyAttribute& attribute) {
    out.sized(attribute.name);
    out.u8(static_cast<std::uint8_t>(attribute.type));
}

types::KeyAttribute readAttribute(ByteReader& in) {
    types::KeyAttribute attribute;
    attribute.name = in.sized();
    attribute.type = static_cast<types::AttributeType>(in.u8());
    return attribute;
}

void write(ByteWriter& out, CalendarTime time) {
    out.u64(static_cast<std::uint64_t>(time.sinceEpoch().count()));
}

CalendarTime readTime(ByteReader& in) {
    return CalendarTime(Duration(static_cast<std::int64_t>(in.u64())));
}

StreamShard readShard(ByteReader& in) {
    StreamShard shard;
    shard.group = GroupId(in.varint());
    const std::uint8_t flags = in.u8();
    if ((flags & kHasBegin) != 0) shard.begin = Lsn(in.varint());
    if ((flags & kHasEnd) != 0) shard.end = Lsn(in.varint());
    return shard;
}

}  // namespace

std::string_view viewText(StreamView view) {
    return kViews.at(static_cast<std::size_t>(view));
}

std::optional<StreamView> viewOf(std::string_view text) {
    const auto found = std::ranges::find(kViews, text);
    if (found == kViews.end()) return std::nullopt;
    return static_cast<StreamView>(found - kViews.begin());
}

std::string_view statusText(StreamStatus status) {
    switch (status) {
        case StreamStatus::Enabling:
            return "ENABLING";
        case StreamStatus::Enabled:
            return "ENABLED";
        case StreamStatus::Disabling:
            return "DISABLING";
        case StreamStatus::Disabled:
            return "DISABLED";
    }
    CHECK(false);
}

std::string streamLabel(CalendarTime time) {
    using namespace std::chrono;
    const sys_time<std::chrono::milliseconds> at{
        std::chrono::milliseconds(orrery::cluster::milliseconds(time))};
    const auto day = floor<days>(at);
    const year_month_day date(day);
    const hh_mm_ss clock(at - day);
    const auto number = [](auto value, std::size_t width) {
        return digits(static_cast<std::uint64_t>(value), width);
    };
    return number(static_cast<int>(date.year()), 4) + "-" +
           number(static_cast<unsigned>(date.month()), 2) + "-" +
           number(static_cast<unsigned>(date.day()), 2) + "T" + number(clock.hours().count(), 2) +
           ":" + number(clock.minutes().count(), 2) + ":" + number(clock.seconds().count(), 2) +
           "." + number(clock.subseconds().count(), 3);
}

std::string StreamDescription::label() const {
    return streamLabel(createdAt);
}

std::string StreamDescription::arn() const {
    return "arn:aws:dynamodb:" + regionName + ":" + std::string(accountDigits(accountId)) +
           ":table/" + tableName + "/stream/" + label();
}

StreamStatus StreamDescription::status() const {
    const auto lacksEnd = [](const StreamShard& shard) { return !shard.end; };
    const auto lacksBegin = [](const StreamShard& shard) { return !shard.begin; };
    if (disabledAt) {
        return std::ranges::any_of(shards, lacksEnd) ? StreamStatus::Disabling
                                                     : StreamStatus::Disabled;
    }
    return std::ranges::any_of(shards, lacksBegin) ? StreamStatus::Enabling : StreamStatus::Enabled;
}

std::string StreamDescription::shardId(std::size_t shard) const {
    constexpr std::size_t kTimeDigits = 20;
    std::string group;
    ByteWriter(group).u32(static_cast<std::uint32_t>(shards.at(shard).group.value()));
    return "shardId-" + digits(static_cast<std::uint64_t>(milliseconds(createdAt)), kTimeDigits) +
           "-" + hex(group);
}

std::optional<std::size_t> StreamDescription::findShard(std::string_view wanted) const {
    for (std::size_t i = 0; i < shards.size(); ++i) {
        if (shardId(i) == wanted) return i;
    }
    return std::nullopt;
}

std::string StreamDescription::sequenceNumber(Lsn lsn) const {
    return digits(static_cast<std::uint64_t>(milliseconds(createdAt)), kMillisecondDigits) +
           digits(lsn.value(), kLsnDigits);
}

std::optional<Lsn> StreamDescription::lsnOf(std::string_view number) const {
    if (number.size() <= kLsnDigits) return std::nullopt;
    const std::string_view position = number.substr(number.size() - kLsnDigits);
    std::uint64_t lsn = 0;
    const char* const end = position.data() + position.size();
    const auto [at, error] = std::from_chars(position.data(), end, lsn);
    if (error != std::errc() || at != end || sequenceNumber(Lsn(lsn)) != number)
        return std::nullopt;
    return Lsn(lsn);
}

std::string encodeStream(const StreamDescription& stream) {
    std::string bytes;
    ByteWriter out(bytes);
    out.u8(kVersion);
    out.sized(stream.accountId);
    out.sized(stream.regionName);
    out.u8(stream.region.value());
    out.sized(stream.tableName);
    out.varint(stream.table.value());
    out.u8(static_cast<std::uint8_t>(stream.view));
    write(out, stream.keys.partition);
    out.u8(stream.keys.sort ? 1 : 0);
    if (stream.keys.sort) write(out, *stream.keys.sort);
    write(out, stream.createdAt);
    out.u8(stream.disabledAt ? 1 : 0);
    if (stream.disabledAt) write(out, *stream.disabledAt);
    out.varint(stream.shards.size());
    for (const StreamShard& shard : stream.shards) {
        out.varint(shard.group.value());
        out.u8(
            static_cast<std::uint8_t>((shard.begin ? kHasBegin : 0) | (shard.end ? kHasEnd : 0)));
        if (shard.begin) out.varint(shard.begin->value());
        if (shard.end) out.varint(shard.end->value());
    }
    return bytes;
}

std::optional<StreamDescription> decodeStream(std::string_view bytes) {
    ByteReader in(bytes);
    if (in.u8() != kVersion) return std::nullopt;
    StreamDescription stream;
    stream.accountId = in.sized();
    stream.regionName = in.sized();
    stream.region = RegionId(in.u8());
    stream.tableName = in.sized();
    stream.table = KeySpaceId(static_cast<std::uint32_t>(in.varint()));
    const std::uint8_t view = in.u8();
    if (view >= kViews.size()) return std::nullopt;
    stream.view = static_cast<StreamView>(view);
    stream.keys.partition = readAttribute(in);
    if (in.u8() != 0) stream.keys.sort = readAttribute(in);
    stream.createdAt = readTime(in);
    if (in.u8() != 0) stream.disabledAt = readTime(in);
    for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left)
        stream.shards.push_back(readShard(in));
    if (!in.ok() || !in.atEnd()) return std::nullopt;
    return stream;
}

}  // namespace orrery::cluster
