#include "core/cluster/catalog/table_codec.h"

#include <expected>

#include "core/base/result.h"
#include "core/cluster/catalog/table_description.h"
#include "core/cluster/catalog/table_fields.h"

namespace orrery::cluster {
namespace {

//   table      := version:uint8(2) name account region regionId:uint8 space:varint tableId
//                 createdAt:uint64 status:uint8 keys attributes:counted(keyAttribute)
//                 indexes:counted(index) billing:uint8 throughput increase? decrease?
//                 decreasesToday:varint payPerRequest? onDemandMax? warm? flags:uint8 tableClass
//                 sseKeyArn tags:counted(key value) blocks:counted(block)
//   block      := kind:varint sized(payload)       // What only some tables have; since version 2.
//   payload    := text revision:varint             // kind 1: the resource policy
//               | index:varint                     // kind 2: the key of an index of several HASH
//                 counted(keyAttribute)            //   or RANGE attributes: those of each kind
//                 counted(keyAttribute)            //   after the first
//               | hasView:uint8 view:uint8? text // kind 3: the stream, enabled or the last one
//               | ttlAttribute changedAt?        // kind 4: time to live
//                 isChanging:uint8
//               | place:varint throughput? warm? // kind 5: a change that is not done: of the table
//                 toPayPerRequest:uint8          //   (place 0) or of the index at place - 1;
//                 encryption:uint8 keyArn        //   encryption: 0 unchanged, 1 disabled, 2
//                 what?                          //   enabled; what: first written later
//   what       := billing:uint8 stream:uint8 tableClass:uint8
//   keys       := keyAttribute hasSort:uint8 keyAttribute?
//   x?         := present:uint8 x
//
// Texts are sized, counts and numbers varints. A later version may add a kind of block; any other
// change, also of the partitions that follow a stored table, raises the version.

constexpr std::uint8_t kVersion = 2;
constexpr std::uint8_t kVersionWithoutBlocks = 1;

enum class Block : std::uint8_t {
    Policy = 1,
    IndexKeys = 2,
    Stream = 3,
    TimeToLive = 4,
    Pending = 5,
};

/// Why a table cannot be read.
enum class Unreadable : std::uint8_t { Corrupt, Newer };

using table_fields::IndexKeys;
using table_fields::PlacedChange;
using table_fields::Reader;
using table_fields::StreamSetting;
using table_fields::Writer;

void writeSettings(Writer& out, const TableDescription& table) {
    out.byte(static_cast<std::uint8_t>(table.billing));
    out.value(table.throughput);
    out.optional(table.lastIncreaseAt);
    out.optional(table.lastDecreaseAt);
    out.number(table.decreasesToday);
    out.optional(table.lastToPayPerRequestAt);
    out.optional(table.onDemandMax);
    out.optional(table.warm);
    out.flag(table.deletionProtection);
    out.text(table.tableClass);
    out.flag(table.sseEnabled);
    out.text(table.sseKeyArn);
    out.number(static_cast<std::int64_t>(table.tags.size()));
    for (const Tag& tag : table.tags) {
        out.text(tag.key);
        out.text(tag.value);
    }
}

void readSettings(Reader& in, TableDescription& table) {
    in.read(table.billing);
    in.read(table.throughput);
    in.read(table.lastIncreaseAt);
    in.read(table.lastDecreaseAt);
    in.read(table.decreasesToday);
    in.read(table.lastToPayPerRequestAt);
    in.read(table.onDemandMax);
    in.read(table.warm);
    in.read(table.deletionProtection);
    in.read(table.tableClass);
    in.read(table.sseEnabled);
    in.read(table.sseKeyArn);
    in.read(table.tags);
}

// The blocks of a table. Each is added if the table has what it holds.
void writeBlocks(Writer& out, const TableDescription& table) {
    std::vector<std::pair<Block, std::string>> blocks;
    const auto add = [&](Block block, const auto& value) {
        std::string payload;
        Writer(payload).value(value);
        blocks.emplace_back(block, std::move(payload));
    };
    if (table.policy) add(Block::Policy, *table.policy);
    if (!table.streamLabel.empty())
        add(Block::Stream, StreamSetting{table.stream, table.streamLabel});
    if (table.timeToLive != TimeToLive()) add(Block::TimeToLive, table.timeToLive);
    for (std::size_t i = 0; i < table.indexes.size(); ++i) {
        const types::KeySchema& keys = table.indexes[i].keys;
        if (!keys.hasMore()) continue;
        add(Block::IndexKeys,
            IndexKeys{static_cast<std::int64_t>(i), keys.morePartition, keys.moreSort});
    }
    for (std::size_t place = 0; place <= table.indexes.size(); ++place) {
        const PendingChange& change = place == 0 ? table.pending : table.indexes[place - 1].pending;
        if (change == PendingChange()) continue;
        add(Block::Pending, PlacedChange{static_cast<std::int64_t>(place), change});
    }
    out.number(static_cast<std::int64_t>(blocks.size()));
    for (const auto& [block, payload] : blocks) {
        out.number(static_cast<std::int64_t>(block));
        out.text(payload);
    }
}

bool isKnown(std::int64_t kind) {
    return kind >= static_cast<std::int64_t>(Block::Policy) &&
           kind <= static_cast<std::int64_t>(Block::Pending);
}

/// False if the block is damaged.
bool readBlock(Block kind, std::string_view payload, TableDescription& table) {
    Reader in(payload);
    switch (kind) {
        case Block::Policy:
            in.read(table.policy.emplace());
            return in.ok() && in.atEnd();
        case Block::Stream: {
            StreamSetting stream;
            in.read(stream);
            table.stream = stream.view;
            table.streamLabel = std::move(stream.label);
            return in.ok() && in.atEnd();
        }
        case Block::TimeToLive:
            in.read(table.timeToLive);
            return in.ok() && in.atEnd();
        case Block::IndexKeys: {
            IndexKeys keys;
            in.read(keys);
            const auto index = static_cast<std::size_t>(keys.index);
            if (!in.ok() || !in.atEnd() || index >= table.indexes.size()) return false;
            table.indexes[index].keys.morePartition = std::move(keys.morePartition);
            table.indexes[index].keys.moreSort = std::move(keys.moreSort);
            return true;
        }
        case Block::Pending: {
            PlacedChange placed;
            in.read(placed);
            const auto place = static_cast<std::size_t>(placed.place);
            if (!in.ok() || place > table.indexes.size()) return false;
            (place == 0 ? table.pending : table.indexes[place - 1].pending) =
                std::move(placed.change);
            return true;
        }
    }
    return false;
}

std::expected<void, Unreadable> readBlocks(Reader& in, TableDescription& table) {
    std::int64_t count = 0;
    in.read(count);
    for (std::int64_t i = 0; i < count && in.ok(); ++i) {
        std::int64_t kind = 0;
        std::string payload;
        in.read(kind);
        in.read(payload);
        if (!in.ok()) break;
        if (!isKnown(kind)) return std::unexpected(Unreadable::Newer);
        if (!readBlock(static_cast<Block>(kind), payload, table))
            return std::unexpected(Unreadable::Corrupt);
    }
    if (!in.ok()) return std::unexpected(Unreadable::Corrupt);
    return {};
}

std::expected<TableDescription, Unreadable> readTable(std::string_view bytes) {
    Reader in(bytes);
    std::uint8_t version = 0;
    in.read(version);
    if (version > kVersion) return std::unexpected(Unreadable::Newer);
    if (version < kVersionWithoutBlocks) return std::unexpected(Unreadable::Corrupt);
    TableDescription table;
    in.read(table.name);
    in.read(table.accountId);
    in.read(table.regionName);
    std::uint8_t region = 0;
    in.read(region);
    table.region = RegionId(region);
    in.read(table.space);
    in.read(table.tableId);
    in.read(table.createdAt);
    in.read(table.status);
    in.read(table.keys);
    in.read(table.attributes);
    in.read(table.indexes);
    readSettings(in, table);
    if (version == kVersion) TRY(readBlocks(in, table));
    if (!in.ok() || !in.atEnd()) return std::unexpected(Unreadable::Corrupt);
    return table;
}

}  // namespace

std::string encodeTable(const TableDescription& table) {
    std::string bytes;
    Writer out(bytes);
    out.byte(kVersion);
    out.text(table.name);
    out.text(table.accountId);
    out.text(table.regionName);
    out.byte(table.region.value());
    out.number(table.space.value());
    out.text(table.tableId);
    out.value(table.createdAt);
    out.byte(static_cast<std::uint8_t>(table.status));
    out.value(table.keys);
    out.value(table.attributes);
    out.number(static_cast<std::int64_t>(table.indexes.size()));
    for (const SecondaryIndex& index : table.indexes)
        out.value(index);
    writeSettings(out, table);
    writeBlocks(out, table);
    return bytes;
}

std::optional<TableDescription> decodeTable(std::string_view bytes) {
    auto table = readTable(bytes);
    if (!table) return std::nullopt;
    return *std::move(table);
}

bool isNewerTable(std::string_view bytes) {
    const auto table = readTable(bytes);
    return !table && table.error() == Unreadable::Newer;
}

}  // namespace orrery::cluster
