#include "core/base/bytes.h"
#include "core/cluster/catalog/table_description.h"

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
//   keys       := keyAttribute hasSort:uint8 keyAttribute?
//   x?         := present:uint8 x
//
// Texts are sized, counts and numbers varints.

constexpr std::uint8_t kVersion = 2;
constexpr std::uint8_t kVersionWithoutBlocks = 1;

enum class Block : std::uint8_t {
    Policy = 1,
    IndexKeys = 2,
    Stream = 3,
    TimeToLive = 4,
};

/// What the keys of an index have beyond those of other tables.
struct IndexKeys {
    std::int64_t index = 0;  ///< Its position among the table's indexes.
    std::vector<types::KeyAttribute> morePartition;
    std::vector<types::KeyAttribute> moreSort;
};

/// The stream of a table.
struct StreamSetting {
    std::optional<StreamView> view;
    std::string label;
};

class Writer {
public:
    explicit Writer(std::string& out) : m_out(out) {}

    void text(const std::string& value) { m_out.sized(value); }
    void number(std::int64_t value) { m_out.varint(static_cast<std::uint64_t>(value)); }
    void flag(bool value) { m_out.u8(value ? 1 : 0); }
    void byte(std::uint8_t value) { m_out.u8(value); }
    void time(CalendarTime value) {
        m_out.u64(static_cast<std::uint64_t>(value.sinceEpoch().count()));
    }
    void value(CalendarTime instant) { time(instant); }
    void value(const Throughput& throughput) {
        number(throughput.readUnits);
        number(throughput.writeUnits);
    }
    void value(const types::KeyAttribute& attribute) {
        text(attribute.name);
        byte(static_cast<std::uint8_t>(attribute.type));
    }
    template <typename T>
    void optional(const std::optional<T>& maybe) {
        flag(maybe.has_value());
        if (maybe) value(*maybe);
    }
    void value(const types::KeySchema& keys) {
        value(keys.partition);
        optional(keys.sort);
    }
    void value(const std::vector<types::KeyAttribute>& attributes) {
        number(static_cast<std::int64_t>(attributes.size()));
        for (const types::KeyAttribute& attribute : attributes)
            value(attribute);
    }
    void value(const IndexKeys& keys) {
        number(keys.index);
        value(keys.morePartition);
        value(keys.moreSort);
    }
    void value(const ResourcePolicy& policy) {
        text(policy.text);
        number(policy.revision);
    }
    void value(const StreamSetting& stream) {
        flag(stream.view.has_value());
        if (stream.view) byte(static_cast<std::uint8_t>(*stream.view));
        text(stream.label);
    }
    void value(const TimeToLive& setting) {
        text(setting.attribute);
        optional(setting.changedAt);
        flag(setting.isChanging);
    }
    void value(const SecondaryIndex& index) {
        text(index.name);
        value(index.keys);
        byte(static_cast<std::uint8_t>(index.projection.kind));
        number(static_cast<std::int64_t>(index.projection.attributes.size()));
        for (const std::string& attribute : index.projection.attributes)
            text(attribute);
        number(index.space.value());
        flag(index.global);
        byte(static_cast<std::uint8_t>(index.status));
        flag(index.backfilling);
        value(index.throughput);
        optional(index.onDemandMax);
        optional(index.warm);
    }

private:
    ByteWriter m_out;
};

class Reader {
public:
    explicit Reader(std::string_view in) : m_in(in) {}

    bool ok() const { return m_in.ok(); }
    void read(std::string& out) { out = m_in.sized(); }
    void read(std::int64_t& out) { out = static_cast<std::int64_t>(m_in.varint()); }
    void read(std::uint8_t& out) { out = m_in.u8(); }
    void read(bool& out) { out = m_in.u8() != 0; }
    void read(CalendarTime& out) {
        out = CalendarTime(Duration(static_cast<std::int64_t>(m_in.u64())));
    }
    void read(Throughput& out) {
        read(out.readUnits);
        read(out.writeUnits);
    }
    template <typename Enum>
        requires std::is_enum_v<Enum>
    void read(Enum& out) {
        out = static_cast<Enum>(m_in.u8());
    }
    void read(types::KeyAttribute& out) {
        read(out.name);
        read(out.type);
    }
    void read(KeySpaceId& out) { out = KeySpaceId(static_cast<std::uint32_t>(m_in.varint())); }
    template <typename T>
    void read(std::optional<T>& out) {
        out.reset();
        if (m_in.u8() != 0) read(out.emplace());
    }
    void read(types::KeySchema& out) {
        read(out.partition);
        read(out.sort);
    }
    template <typename T>
    void read(std::vector<T>& out) {
        const std::uint64_t count = m_in.varint();
        for (std::uint64_t i = 0; i < count && m_in.ok(); ++i)
            read(out.emplace_back());
    }
    void read(SecondaryIndex& out) {
        read(out.name);
        read(out.keys);
        read(out.projection.kind);
        read(out.projection.attributes);
        read(out.space);
        read(out.global);
        read(out.status);
        read(out.backfilling);
        read(out.throughput);
        read(out.onDemandMax);
        read(out.warm);
    }
    void read(IndexKeys& out) {
        read(out.index);
        read(out.morePartition);
        read(out.moreSort);
    }
    void read(ResourcePolicy& out) {
        read(out.text);
        read(out.revision);
    }
    void read(StreamSetting& out) {
        read(out.view);
        read(out.label);
    }
    void read(TimeToLive& out) {
        read(out.attribute);
        read(out.changedAt);
        read(out.isChanging);
    }
    void read(Tag& out) {
        read(out.key);
        read(out.value);
    }

private:
    ByteReader m_in;
};

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
    out.number(static_cast<std::int64_t>(blocks.size()));
    for (const auto& [block, payload] : blocks) {
        out.number(static_cast<std::int64_t>(block));
        out.text(payload);
    }
}

// False if the block is damaged or of a kind that this version does not know.
bool readBlock(Block kind, std::string_view payload, TableDescription& table) {
    Reader in(payload);
    switch (kind) {
        case Block::Policy:
            in.read(table.policy.emplace());
            return in.ok();
        case Block::Stream: {
            StreamSetting stream;
            in.read(stream);
            table.stream = stream.view;
            table.streamLabel = std::move(stream.label);
            return in.ok();
        }
        case Block::TimeToLive:
            in.read(table.timeToLive);
            return in.ok();
        case Block::IndexKeys: {
            IndexKeys keys;
            in.read(keys);
            const auto index = static_cast<std::size_t>(keys.index);
            if (!in.ok() || index >= table.indexes.size()) return false;
            table.indexes[index].keys.morePartition = std::move(keys.morePartition);
            table.indexes[index].keys.moreSort = std::move(keys.moreSort);
            return true;
        }
    }
    return false;
}

// False if a block is damaged or unknown.
bool readBlocks(Reader& in, TableDescription& table) {
    std::int64_t count = 0;
    in.read(count);
    for (std::int64_t i = 0; i < count && in.ok(); ++i) {
        std::int64_t kind = 0;
        std::string payload;
        in.read(kind);
        in.read(payload);
        if (!readBlock(static_cast<Block>(kind), payload, table)) return false;
    }
    return in.ok();
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
    out.time(table.createdAt);
    out.byte(static_cast<std::uint8_t>(table.status));
    out.value(table.keys);
    out.number(static_cast<std::int64_t>(table.attributes.size()));
    for (const types::KeyAttribute& attribute : table.attributes)
        out.value(attribute);
    out.number(static_cast<std::int64_t>(table.indexes.size()));
    for (const SecondaryIndex& index : table.indexes)
        out.value(index);
    writeSettings(out, table);
    writeBlocks(out, table);
    return bytes;
}

std::optional<TableDescription> decodeTable(std::string_view bytes) {
    Reader in(bytes);
    std::uint8_t version = 0;
    in.read(version);
    if (version != kVersion && version != kVersionWithoutBlocks) return std::nullopt;
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
    if (version == kVersion && !readBlocks(in, table)) return std::nullopt;
    if (!in.ok()) return std::nullopt;
    return table;
}

}  // namespace orrery::cluster
