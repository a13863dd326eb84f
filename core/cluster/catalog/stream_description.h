#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/cluster/catalog/resource_settings.h"
#include "core/types/key_schema.h"

namespace orrery::cluster {

// A stream of a table: what ListStreams and DescribeStream show, and where its records are in the
// partitions' logs. Each enabling makes a new stream. A stream outlives its table; it is readable
// until 24 hours after it was disabled. Plain values, replaced as a whole like TableDescription.

/// What the records of a stream contain besides keys.
enum class StreamView : std::uint8_t { KeysOnly, NewImage, OldImage, NewAndOldImages };

/// "KEYS_ONLY".
std::string_view viewText(StreamView view);
/// The inverse; nothing for another text.
std::optional<StreamView> viewOf(std::string_view text);
constexpr bool hasNewImage(StreamView view) {
    return view == StreamView::NewImage || view == StreamView::NewAndOldImages;
}
constexpr bool hasOldImage(StreamView view) {
    return view == StreamView::OldImage || view == StreamView::NewAndOldImages;
}

/// How long a record, and a disabled stream, can be read.
inline constexpr Duration kStreamRetention = std::chrono::hours(24);

enum class StreamStatus : std::uint8_t { Enabling, Enabled, Disabling, Disabled };

/// "ENABLED".
std::string_view statusText(StreamStatus status);

/// The service closes a shard after about four hours, and opens its child.
inline constexpr Duration kShardLife = std::chrono::hours(4);

/// What tells the shards of a stream apart. Names sort like ids.
struct ShardName {
    /// When the shard was opened as the child of another, in whole milliseconds. Absent: it is the
    /// partition's first one, as old as the stream.
    std::optional<CalendarTime> openedAt;
    GroupId group{};
    auto operator<=>(const ShardName&) const = default;
};

/// A part of a stream: records in the log of one partition. A shard of some age is closed, and its
/// child goes on in the same log.
struct StreamShard {
    GroupId group{};
    /// The records after this one belong to the shard. Absent until the Configuration record with
    /// which it begins is committed.
    std::optional<Lsn> begin;
    /// The last record of a closed shard.
    std::optional<Lsn> end;
    std::optional<CalendarTime> openedAt = {};        ///< See ShardName.
    std::optional<CalendarTime> parentOpenedAt = {};  ///< Of a child: when its parent was opened.

    ShardName name() const { return {openedAt, group}; }
    /// The parent of a child, which may have expired.
    std::optional<ShardName> parent() const {
        if (!openedAt) return std::nullopt;
        return ShardName{parentOpenedAt, group};
    }
    bool operator==(const StreamShard&) const = default;
};

struct StreamDescription {
    std::string accountId;
    std::string regionName;
    RegionId region{};
    std::string tableName;
    KeySpaceId table{};
    StreamView view = StreamView::KeysOnly;
    types::KeySchema keys;
    CalendarTime createdAt;  ///< Whole milliseconds, and unique among the streams of a table name.
    std::optional<CalendarTime> disabledAt;
    std::vector<StreamShard> shards;  ///< In order of their names.
    std::vector<Tag> tags;
    std::optional<ResourcePolicy> policy;

    /// "2015-05-20T20:51:10.252".
    std::string label() const;
    std::string arn() const;
    StreamStatus status() const;

    // Shards and records as the API names them.

    /// "shardId-00000001432155070252-0000002a"; ids sort like the shards.
    std::string shardId(const ShardName& shard) const;
    /// Null if there is none, or no more.
    const StreamShard* findShard(std::string_view shardId) const;
    const StreamShard* findShard(const ShardName& name) const;
    /// The newest shard of a partition, or null.
    const StreamShard* lastShard(GroupId group) const;
    /// Closes the newest shard of a partition at `end`, and opens its child there.
    StreamShard& openChild(GroupId group, Lsn end, CalendarTime now);
    /// 27 digits: the creation of the stream in milliseconds, then the position in the log. So
    /// numbers rise within a shard, from it to its child, and from a stream to the next one of its
    /// table.
    std::string sequenceNumber(Lsn lsn) const;
    /// Nothing if it is no number of this stream.
    std::optional<Lsn> lsnOf(std::string_view sequenceNumber) const;
    bool operator==(const StreamDescription&) const = default;
};

using StreamPtr = std::shared_ptr<const StreamDescription>;

/// The label of a stream created at `time`.
std::string streamLabel(CalendarTime time);

/// The names of the store's values that are streams begin with this.
inline constexpr std::string_view kStreamValuePrefix = "stream/";
/// The latest version of its bytes.
inline constexpr std::uint8_t kStreamVersion = 2;

/// Encodes a stream for the store, and decodes it; nothing if the bytes are corrupt.
std::string encodeStream(const StreamDescription& stream);
std::optional<StreamDescription> decodeStream(std::string_view bytes);

}  // namespace orrery::cluster
