#include "core/api/items/range_reply.h"

#include "core/api/items/item_json.h"
#include "core/base/check.h"
#include "core/types/item_codec.h"

namespace orrery::api {
namespace {

types::Item decoded(const cluster::ItemView& view) {
    auto item = types::decodeItem(view.attributes());
    CHECK(item.has_value());
    return *std::move(item);
}

// Writes the items that pass the filter and returns their number.
std::int64_t writeItems(json::Writer& out, const RangeArguments& arguments,
                        const std::vector<cluster::ItemView>& items) {
    const bool shown = arguments.select != Select::Count;
    if (shown) out.name("Items").beginArray();
    std::int64_t count = 0;
    for (const cluster::ItemView& view : items) {
        // The item of this index entry was deleted between the two reads.
        if (!view) continue;
        if (arguments.filter) {
            const types::Item item = decoded(view);
            if (!expression::matches(*arguments.filter, &item)) continue;
        }
        ++count;
        if (shown) writeItem(out, view, arguments.projection);
    }
    if (shown) out.endArray();
    return count;
}

}  // namespace

types::Item lastKey(const RangeArguments& arguments, const cluster::ItemView& last) {
    const types::EncodedItem item(last.attributes());
    types::Item key;
    const auto take = [&](const types::KeyAttribute& attribute) {
        auto value = item.find(attribute.name);
        CHECK(value.has_value());
        key.set(attribute.name, *std::move(value));
    };
    for (const types::KeySchema* keys : {&arguments.table->keys, &arguments.keys()})
        for (const types::KeyAttribute& attribute : keys->attributes())
            take(attribute);
    return key;
}

// The bytes that a page reads are rounded up for each partition, so one that has no items costs the
// minimum too: CapacityUnitCalculations, "Scan"; a table of four partitions with one item
// costs 4.0.
Consumed pageCost(const RangeArguments& arguments, const cluster::RangeReply& reply) {
    Consumed consumed;
    std::int64_t halves = 0;
    for (const std::uint64_t bytes : reply.partitionBytes)
        halves += readHalves(bytes, arguments.consistent);
    const cluster::SecondaryIndex* index = arguments.index();
    if (index == nullptr) {
        consumed.tableHalves = halves;
        return consumed;
    }
    (index->isGlobal() ? consumed.global : consumed.local).emplace_back(index->name, halves);
    // Each item fetched from the table counts as a separate read.
    for (const cluster::ItemView& item : reply.tableItems)
        consumed.tableHalves += readHalves(item.itemBytes, arguments.consistent);
    return consumed;
}

void writePage(json::Writer& out, const RangeArguments& arguments,
               const cluster::RangeReply& reply) {
    out.beginObject();
    const std::int64_t count =
        writeItems(out, arguments, arguments.fetchFromTable ? reply.tableItems : reply.items);
    out.name("Count").number(count);
    out.name("ScannedCount").number(static_cast<std::int64_t>(reply.items.size()));
    if (reply.more && !reply.items.empty())
        writeItem(out.name("LastEvaluatedKey"), lastKey(arguments, reply.items.back()));
    if (arguments.capacity != CapacityDetail::None)
        writeConsumedMember(out, arguments.capacity, arguments.tableName,
                            pageCost(arguments, reply));
    out.endObject();
}

}  // namespace orrery::api
