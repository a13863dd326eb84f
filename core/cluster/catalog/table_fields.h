#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/base/bytes.h"
#include "core/cluster/catalog/table_description.h"

namespace orrery::cluster::table_fields {

// How each field of a stored table is written and read; table_codec.cpp has the grammar.

/// What the keys of an index have beyond those of other tables.
struct IndexKeys {
    std::int64_t index = 0;  ///< Its position among the table's indexes.
    std::vector<types::KeyAttribute> morePartition;
    std::vector<types::KeyAttribute> moreSort;
};

/// A change of a table, or of one of its indexes, that is not done.
struct PlacedChange {
    std::int64_t place = 0;  ///< 0: the table; otherwise the index at this place, counted from 1.
    PendingChange change;
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
    void byte(std::uint8_t value) { m_out.u8(value); }
    void flag(bool value) { byte(value ? 1 : 0); }
    void value(CalendarTime time) {
        m_out.u64(static_cast<std::uint64_t>(time.sinceEpoch().count()));
    }
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
    void value(const PlacedChange& placed) {
        const PendingChange& change = placed.change;
        number(placed.place);
        optional(change.throughput);
        optional(change.warm);
        flag(change.toPayPerRequest);
        byte(change.sseEnabled ? (*change.sseEnabled ? 2 : 1) : 0);
        text(change.sseKeyArn);
        for (const LastingChange kind : kLastingChanges)
            flag(change.lasting.contains(kind));
    }
    void value(const SecondaryIndex& index) {
        text(index.name);
        value(index.keys);
        byte(static_cast<std::uint8_t>(index.projection.kind));
        number(static_cast<std::int64_t>(index.projection.attributes.size()));
        for (const std::string& attribute : index.projection.attributes)
            text(attribute);
        number(index.space.value());
        byte(static_cast<std::uint8_t>(index.kind));
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

    /// False after a read of bytes that no writer can have produced.
    bool ok() const { return m_in.ok() && !m_isWrong; }
    bool atEnd() const { return m_in.atEnd(); }
    void read(std::string& out) { out = m_in.sized(); }
    void read(std::int64_t& out) { out = static_cast<std::int64_t>(m_in.varint()); }
    void read(std::uint8_t& out) { out = m_in.u8(); }
    void read(bool& out) {
        const std::uint8_t byte = m_in.u8();
        m_isWrong = m_isWrong || byte > 1;
        out = byte == 1;
    }
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
        const std::uint8_t byte = m_in.u8();
        m_isWrong = m_isWrong || byte > static_cast<std::uint8_t>(lastOf(out));
        out = static_cast<Enum>(byte);
    }
    void read(types::KeyAttribute& out) {
        read(out.name);
        read(out.type);
    }
    void read(KeySpaceId& out) { out = KeySpaceId(static_cast<std::uint32_t>(m_in.varint())); }
    template <typename T>
    void read(std::optional<T>& out) {
        out.reset();
        bool isThere = false;
        read(isThere);
        if (isThere && ok()) read(out.emplace());
    }
    void read(types::KeySchema& out) {
        read(out.partition);
        read(out.sort);
    }
    template <typename T>
    void read(std::vector<T>& out) {
        const std::uint64_t count = m_in.varint();
        for (std::uint64_t i = 0; i < count && ok(); ++i)
            read(out.emplace_back());
    }
    void read(SecondaryIndex& out) {
        read(out.name);
        read(out.keys);
        read(out.projection.kind);
        read(out.projection.attributes);
        read(out.space);
        read(out.kind);
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
    void read(PlacedChange& out) {
        PendingChange& change = out.change;
        read(out.place);
        read(change.throughput);
        read(change.warm);
        read(change.toPayPerRequest);
        std::uint8_t encryption = 0;
        read(encryption);
        if (encryption != 0) change.sseEnabled = encryption == 2;
        read(change.sseKeyArn);
        if (atEnd()) return;  // Written before the rest was known.
        for (const LastingChange kind : kLastingChanges) {
            bool isThere = false;
            read(isThere);
            if (isThere) change.lasting.insert(kind);
        }
    }
    void read(Tag& out) {
        read(out.key);
        read(out.value);
    }

private:
    // The last value of each kind.
    static TableStatus lastOf(TableStatus) { return TableStatus::Active; }
    static IndexKind lastOf(IndexKind) { return IndexKind::Global; }
    static BillingMode lastOf(BillingMode) { return BillingMode::PayPerRequest; }
    static ProjectionKind lastOf(ProjectionKind) { return ProjectionKind::Include; }
    static StreamView lastOf(StreamView) { return StreamView::NewAndOldImages; }
    /// Of those that a key attribute may have.
    static types::AttributeType lastOf(types::AttributeType) {
        return types::AttributeType::Binary;
    }

    ByteReader m_in;
    bool m_isWrong = false;
};

}  // namespace orrery::cluster::table_fields
