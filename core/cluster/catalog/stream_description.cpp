#include "core/cluster/catalog/stream_description.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "core/base/account_id.h"
#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/text.h"
#include "core/cluster/catalog/stored_version.h"

namespace orrery::cluster {
namespace {

//   stream := version:uint8(1|2) account region regionId:uint8 table space:varint view:uint8
//             keyAttribute hasSort:uint8 keyAttribute? createdAt:uint64 hasEnd:uint8
//             disabledAt:uint64? count:varint shard… settings?
//   shard  := group:varint flags:uint8 begin:varint? end:varint? openedAt:uint64?
//             parentOpenedAt:uint64?
//   settings := count:varint (key value)… hasPolicy:uint8 (text revision:uint64)?
//
// Texts are sized; times are nanoseconds since 1970. Flags: 1 has a beginning, 2 has an end, 4 is
// a child, 8 is the child of a child.
// Settings and children are in version 2 only; a stream without any is written as version 1.

constexpr std::uint8_t kPlain = 1;
constexpr std::uint8_t kWithSettings = kStreamVersion;
constexpr std::uint8_t kHasBegin = 1;
constexpr std::uint8_t kHasEnd = 2;
constexpr std::uint8_t kIsChild = 4;
constexpr std::uint8_t kIsGrandchild = 8;

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

/// Clears `isSound` if a key cannot have this attribute.
types::KeyAttribute readAttribute(ByteReader& in, bool& isSound) {
    types::KeyAttribute attribute;
    attribute.name = in.sized();
    const std::uint8_t type = in.u8();
    isSound = isSound && type <= static_cast<std::uint8_t>(types::AttributeType::Binary);
    attribute.type = static_cast<types::AttributeType>(type);
    return attribute;
}

void write(ByteWriter& out, CalendarTime time) {
    out.u64(static_cast<std::uint64_t>(time.sinceEpoch().count()));
}

CalendarTime readTime(ByteReader& in) {
    return CalendarTime(Duration(static_cast<std::int64_t>(in.u64())));
}

void write(ByteWriter& out, const StreamShard& shard) {
    out.varint(shard.group.value());
    const int flags = (shard.begin ? kHasBegin : 0) | (shard.end ? kHasEnd : 0) |
                      (shard.openedAt ? kIsChild : 0) | (shard.parentOpenedAt ? kIsGrandchild : 0);
    out.u8(static_cast<std::uint8_t>(flags));
    if (shard.begin) out.varint(shard.begin->value());
    if (shard.end) out.varint(shard.end->value());
    if (shard.openedAt) write(out, *shard.openedAt);
    if (shard.parentOpenedAt) write(out, *shard.parentOpenedAt);
}

StreamShard readShard(ByteReader& in) {
    StreamShard shard;
    shard.group = GroupId(in.varint());
    const std::uint8_t flags = in.u8();
    if ((flags & kHasBegin) != 0) shard.begin = Lsn(in.varint());
    if ((flags & kHasEnd) != 0) shard.end = Lsn(in.varint());
    if ((flags & kIsChild) != 0) shard.openedAt = readTime(in);
    if ((flags & kIsGrandchild) != 0) shard.parentOpenedAt = readTime(in);
    return shard;
}

bool isPlain(const StreamDescription& stream) {
    const auto isChild = [](const StreamShard& shard) { return shard.openedAt.has_value(); };
    return stream.tags.empty() && !stream.policy && std::ranges::none_of(stream.shards, isChild);
}

void writeSettings(ByteWriter& out, const StreamDescription& stream) {
    out.varint(stream.tags.size());
    for (const Tag& tag : stream.tags) {
        out.sized(tag.key);
        out.sized(tag.value);
    }
    out.u8(stream.policy ? 1 : 0);
    if (!stream.policy) return;
    out.sized(stream.policy->text);
    out.u64(static_cast<std::uint64_t>(stream.policy->revision));
}

void readSettings(ByteReader& in, StreamDescription& stream) {
    for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left) {
        Tag& tag = stream.tags.emplace_back();
        tag.key = in.sized();
        tag.value = in.sized();
    }
    if (in.u8() == 0) return;
    ResourcePolicy& policy = stream.policy.emplace();
    policy.text = in.sized();
    policy.revision = static_cast<std::int64_t>(in.u64());
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

std::string StreamDescription::shardId(const ShardName& shard) const {
    constexpr std::size_t kTimeDigits = 20;
    const CalendarTime openedAt = shard.openedAt.value_or(createdAt);
    std::string group;
    ByteWriter(group).u32(static_cast<std::uint32_t>(shard.group.value()));
    return "shardId-" + digits(static_cast<std::uint64_t>(milliseconds(openedAt)), kTimeDigits) +
           "-" + hex(group);
}

const StreamShard* StreamDescription::findShard(std::string_view wanted) const {
    const auto found = std::ranges::find_if(
        shards, [&](const StreamShard& shard) { return shardId(shard.name()) == wanted; });
    return found == shards.end() ? nullptr : &*found;
}

const StreamShard* StreamDescription::findShard(const ShardName& name) const {
    const auto found = std::ranges::lower_bound(shards, name, {}, &StreamShard::name);
    return found == shards.end() || found->name() != name ? nullptr : &*found;
}

const StreamShard* StreamDescription::lastShard(GroupId group) const {
    for (std::size_t i = shards.size(); i > 0; --i)
        if (shards[i - 1].group == group) return &shards[i - 1];
    return nullptr;
}

// Its name is new, wherever the clock has been set.
StreamShard& StreamDescription::openChild(GroupId group, Lsn end, CalendarTime now) {
    const StreamShard* const last = lastShard(group);
    CHECK(last != nullptr);
    StreamShard child;
    child.group = group;
    child.begin = end;
    child.parentOpenedAt = last->openedAt;
    const std::int64_t opened = milliseconds(last->openedAt.value_or(createdAt));
    child.openedAt =
        CalendarTime(std::chrono::milliseconds(std::max(milliseconds(now), opened + 1)));
    shards[static_cast<std::size_t>(last - shards.data())].end = end;
    return *shards.insert(std::ranges::upper_bound(shards, child.name(), {}, &StreamShard::name),
                          child);
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
    out.u8(isPlain(stream) ? kPlain : kWithSettings);
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
    for (const StreamShard& shard : stream.shards)
        write(out, shard);
    if (!isPlain(stream)) writeSettings(out, stream);
    return bytes;
}

std::optional<StreamDescription> decodeStream(std::string_view bytes) {
    ByteReader in(bytes);
    const std::uint8_t version = in.u8();
    if (version != kPlain && version != kWithSettings) return std::nullopt;
    StreamDescription stream;
    stream.accountId = in.sized();
    stream.regionName = in.sized();
    stream.region = RegionId(in.u8());
    stream.tableName = in.sized();
    stream.table = KeySpaceId(static_cast<std::uint32_t>(in.varint()));
    const std::uint8_t view = in.u8();
    if (view >= kViews.size()) return std::nullopt;
    stream.view = static_cast<StreamView>(view);
    bool isSound = true;
    stream.keys.partition = readAttribute(in, isSound);
    if (in.u8() != 0) stream.keys.sort = readAttribute(in, isSound);
    stream.createdAt = readTime(in);
    if (in.u8() != 0) stream.disabledAt = readTime(in);
    for (std::uint64_t left = in.varint(); left > 0 && in.ok(); --left)
        stream.shards.push_back(readShard(in));
    const auto isPossible = [](const StreamShard& shard) {
        return shard.group <= kGroupIdMax &&
               (!shard.begin || !shard.end || shard.begin <= shard.end);
    };
    if (version == kWithSettings) readSettings(in, stream);
    if (!in.ok() || !in.atEnd() || !isSound) return std::nullopt;
    if (!std::ranges::all_of(stream.shards, isPossible)) return std::nullopt;
    return stream;
}

}  // namespace orrery::cluster
