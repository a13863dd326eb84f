#include "core/cluster/items/range_reader.h"
#include "core/base/result.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/cluster/writes/item_view.h"
#include "core/types/item_codec.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {
namespace {

constexpr std::uint64_t kItemsReserved = 16;
constexpr std::string_view kEntry = "An entry of a local index";

/// The space whose partitions hold the keys of the page.
KeySpaceId partitionedSpace(const ReadRange& range) {
    const SecondaryIndex* index = range.table->findIndex(range.indexName);
    return index != nullptr && index->global ? index->space : range.table->space;
}

storage::StorageResult<std::vector<ItemView>> tableItems(const WorldState& world,
                                                         const Group& group, ZoneIndex zone,
                                                         const ReadRange& range,
                                                         const std::vector<ItemView>& entries) {
    std::vector<ItemView> items;
    for (const ItemView& entry : entries) {
        const auto projected = types::decodeItem(entry.attributes());
        if (!projected) return std::unexpected(damagedTree(group, zone, kEntry));
        const auto key = types::keyOf(*projected, range.table->keys);
        // Every entry projects the table's key.
        if (!key) return std::unexpected(damagedTree(group, zone, kEntry));
        const std::string storageKey = types::storageKey(range.table->space, *key);
        TRY_ASSIGN(ItemView view, appliedItem(world, group, zone, storageKey));
        items.push_back(std::move(view));
    }
    return items;
}

}  // namespace

KeySpaceId spaceOf(const ReadRange& range) {
    if (range.indexName.empty()) return range.table->space;
    const SecondaryIndex* index = range.table->findIndex(range.indexName);
    return index != nullptr ? index->space : KeySpaceId{};
}

storage::StorageResult<RangeReply> readRange(const WorldState& world, const Group& group,
                                             ZoneIndex zone, const ReadRange& range,
                                             const std::string& from, std::uint64_t itemsMax,
                                             std::uint64_t bytesMax) {
    const KeyBounds bounds = group.boundsIn(spaceOf(range));
    const std::string& begin = std::max(range.forward ? from : range.begin, bounds.begin);
    const std::string& wanted = range.forward ? range.end : from;
    const std::string& end = wanted.empty() ? bounds.end : std::min(wanted, bounds.end);

    RangeReply reply;
    if (begin >= end) return reply;
    reply.items.reserve(std::min(itemsMax, kItemsReserved));
    std::uint64_t bytes = 0;
    bool damaged = false;
    TRY(world.store.scan(
        volumeOf(group.region, zone), begin, end,
        range.forward ? storage::ScanDirection::Forward : storage::ScanDirection::Backward,
        [&](std::string_view key, std::string_view image) {
            auto view = viewOf(key, share(std::string(image)));
            damaged = !view;
            if (damaged) return storage::ScanStep::Stop;
            bytes += view->itemBytes;
            reply.items.push_back(std::move(*view));
            const bool isFull = reply.items.size() >= itemsMax || bytes >= bytesMax;
            reply.more = isFull && !range.endsAt(key);
            return isFull ? storage::ScanStep::Stop : storage::ScanStep::Continue;
        }));
    if (damaged) return std::unexpected(damagedTree(group, zone, "An item"));
    if (range.fetchFromTable) {
        TRY_ASSIGN(reply.tableItems, tableItems(world, group, zone, range, reply.items));
    }
    return reply;
}

GroupId nextPartition(const WorldState& world, const ReadRange& range, const Group* group) {
    const KeySpaceId space = partitionedSpace(range);
    const std::string_view begin = std::string_view(range.begin).substr(types::kKeySpaceBytes);
    // The end of a whole key space is the start of the next one, so every key of this one is before
    // it.
    const bool endless =
        range.end.empty() || ByteReader(range.end).u32() != ByteReader(range.begin).u32();
    const std::string_view end =
        endless ? std::string_view() : std::string_view(range.end).substr(types::kKeySpaceBytes);
    if (range.forward) {
        if (group == nullptr) return world.partitions.find(space, begin);
        if (group->end.empty()) return GroupId{};
        if (!endless && group->end >= end) return GroupId{};
        return world.partitions.find(space, group->end);
    }
    if (group != nullptr) {
        return group->begin <= begin ? GroupId{} : world.partitions.before(space, group->begin);
    }
    if (endless) {
        const auto all = world.partitions.ofSpace(space);
        return all.empty() ? GroupId{} : all.back();
    }
    return world.partitions.before(space, end);
}

}  // namespace orrery::cluster
