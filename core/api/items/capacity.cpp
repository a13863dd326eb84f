#include "core/api/items/capacity.h"

#include <algorithm>
#include <optional>

#include "core/types/item_codec.h"
#include "core/types/item_size.h"

namespace orrery::api {
namespace {

constexpr std::uint64_t kReadUnitBytes = 4096;
constexpr std::uint64_t kWriteUnitBytes = 1024;

std::int64_t writeHalves(std::uint64_t bytes) {
    const std::uint64_t units =
        std::max<std::uint64_t>(1, (bytes + kWriteUnitBytes - 1) / kWriteUnitBytes);
    return static_cast<std::int64_t>(units * 2);
}

void addTo(Consumed::ByIndex& sums, const Consumed::ByIndex& more) {
    for (const auto& [name, halves] : more) {
        const auto found = std::ranges::find(sums, name, [](const auto& sum) { return sum.first; });
        if (found == sums.end()) {
            sums.emplace_back(name, halves);
        } else {
            found->second += halves;
        }
    }
}

// The attributes of `item` in its index entry, or nothing if the item has no entry.
std::optional<types::Item> entryOf(const cluster::TableDescription& table,
                                   const cluster::SecondaryIndex& index,
                                   const std::optional<types::Item>& item) {
    if (!item || !types::indexKeyOf(*item, index.keys)) return std::nullopt;
    if (index.projection.kind == cluster::ProjectionKind::All) return item;
    types::Item entry;
    const auto take = [&](const std::string& name) {
        if (const auto* value = item->find(name); value != nullptr) entry.set(name, *value);
    };
    for (const types::KeySchema* keys : {&table.keys, &index.keys})
        for (const types::KeyAttribute& attribute : keys->attributes())
            take(attribute.name);
    for (const std::string& name : index.projection.attributes)
        take(name);
    return entry;
}

// The cost of maintaining one index: an entry that moves is deleted and put (GSI.html, "Write
// throughput").
std::int64_t indexHalves(const types::KeySchema& keys, const std::optional<types::Item>& before,
                         const std::optional<types::Item>& after) {
    if (!before && !after) return 0;
    if (!before) return writeHalves(types::itemBytes(*after));
    if (!after) return writeHalves(types::itemBytes(*before));
    if (*before == *after) return 0;
    if (types::indexKeyOf(*before, keys) != types::indexKeyOf(*after, keys))
        return writeHalves(types::itemBytes(*before)) + writeHalves(types::itemBytes(*after));
    return writeHalves(std::max(types::itemBytes(*before), types::itemBytes(*after)));
}

std::optional<types::Item> decoded(const cluster::ItemView& view) {
    if (!view) return std::nullopt;
    return types::decodeItem(view.attributes());
}

void writeUnitMembers(json::Writer& out, std::int64_t halves, UnitsShown shown) {
    const double units = static_cast<double>(halves) / 2;
    out.name("CapacityUnits").number(units);
    if (shown == UnitsShown::Read) out.name("ReadCapacityUnits").number(units);
    if (shown == UnitsShown::Write) out.name("WriteCapacityUnits").number(units);
}

void writeUnits(json::Writer& out, std::int64_t halves, UnitsShown shown) {
    out.beginObject();
    writeUnitMembers(out, halves, shown);
    out.endObject();
}

void writeIndexes(json::Writer& out, std::string_view member, const Consumed::ByIndex& indexes,
                  UnitsShown shown) {
    if (indexes.empty()) return;
    out.name(member).beginObject();
    for (const auto& [name, halves] : indexes) {
        out.name(name);
        writeUnits(out, halves, shown);
    }
    out.endObject();
}

}  // namespace

CapacityDetail takeCapacityDetail(const Fields& request) {
    const std::string_view text = request.text("ReturnConsumedCapacity");
    if (text == "TOTAL") return CapacityDetail::Total;
    return text == "INDEXES" ? CapacityDetail::Indexes : CapacityDetail::None;
}

std::int64_t Consumed::halves() const {
    std::int64_t sum = tableHalves + refusedHalves;
    for (const ByIndex* indexes : {&local, &global})
        for (const auto& [name, halves] : *indexes)
            sum += halves;
    return sum;
}

void Consumed::add(const Consumed& other) {
    tableHalves += other.tableHalves;
    refusedHalves += other.refusedHalves;
    addTo(local, other.local);
    addTo(global, other.global);
}

std::int64_t readHalves(std::uint64_t bytes, bool consistent) {
    const std::uint64_t units =
        std::max<std::uint64_t>(1, (bytes + kReadUnitBytes - 1) / kReadUnitBytes);
    return static_cast<std::int64_t>(consistent ? units * 2 : units);
}

Consumed writeCost(const cluster::TableDescription& table, const cluster::WriteReply& reply) {
    Consumed consumed;
    const std::uint64_t before = reply.before ? reply.before.itemBytes : 0;
    const std::uint64_t after = reply.after ? reply.after.itemBytes : 0;
    consumed.tableHalves = writeHalves(std::max(before, after));
    if (table.indexes.empty()) return consumed;
    const auto oldItem = decoded(reply.before);
    const auto newItem = decoded(reply.after);
    for (const cluster::SecondaryIndex& index : table.indexes) {
        const std::int64_t halves =
            indexHalves(index.keys, entryOf(table, index, oldItem), entryOf(table, index, newItem));
        if (halves != 0)
            (index.isGlobal() ? consumed.global : consumed.local).emplace_back(index.name, halves);
    }
    return consumed;
}

// The service adds what was attempted to the sum alone: recorded in eu-west-2 (dynoxide,
// batch_execute_statement.rs).
Consumed refusedCost(const cluster::WriteReply& reply, std::uint64_t bytes) {
    Consumed consumed;
    const std::uint64_t before = reply.before ? reply.before.itemBytes : 0;
    consumed.refusedHalves = writeHalves(std::max(before, bytes));
    return consumed;
}

void writeConsumed(json::Writer& out, CapacityDetail detail, std::string_view tableName,
                   const Consumed& consumed, UnitsShown shown) {
    out.beginObject();
    out.name("TableName").string(tableName);
    writeUnitMembers(out, consumed.halves(), shown);
    if (detail == CapacityDetail::Indexes) {
        out.name("Table");
        writeUnits(out, consumed.tableHalves, shown);
        writeIndexes(out, "LocalSecondaryIndexes", consumed.local, shown);
        writeIndexes(out, "GlobalSecondaryIndexes", consumed.global, shown);
    }
    out.endObject();
}

void writeConsumedMember(json::Writer& out, CapacityDetail detail, std::string_view tableName,
                         const Consumed& consumed) {
    if (detail == CapacityDetail::None) return;
    out.name("ConsumedCapacity");
    writeConsumed(out, detail, tableName, consumed);
}

}  // namespace orrery::api
