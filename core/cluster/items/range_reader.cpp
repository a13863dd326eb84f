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
// The visitor of a scan cannot read the store, so a scan stops for the items of so many entries.
constexpr std::uint64_t kFetchedAtOnce = 16;
constexpr std::string_view kEntry = "An entry of a local index";

/// The space whose partitions hold the keys of the page.
KeySpaceId partitionedSpace(const ReadRange& range) {
    const SecondaryIndex* index = range.table->findIndex(range.indexName);
    return index != nullptr && index->isGlobal() ? index->space : range.table->space;
}

/// A page in the making, at one replica.
class PageReader {
public:
    PageReader(const WorldState& world, const Group& group, ZoneIndex zone, const ReadRange& range,
               const OpRequest& request)
        : m_world(world),
          m_group(group),
          m_zone(zone),
          m_range(range),
          m_part(request.part),
          m_itemsMax(request.itemsLeft),
          m_bytesMax(request.bytesLeft) {}

    storage::StorageResult<RangeReply> read(std::string begin, std::string end) {
        m_reply.items.reserve(std::min(m_itemsMax, kItemsReserved));
        const std::uint64_t step = m_range.fetchFromTable ? kFetchedAtOnce : m_itemsMax;
        while (begin < end) {
            TRY(scan(begin, end, step));
            if (m_range.fetchFromTable) TRY(fetch());
            if (m_isFull || m_isAtEnd) break;
            if (m_range.forward) {
                begin = m_lastKey + '\0';
            } else {
                end = m_lastKey;
            }
        }
        return std::move(m_reply);
    }

private:
    // Adds at most `itemsMax` of the items between `begin` and `end`.
    storage::StorageResult<void> scan(std::string_view begin, std::string_view end,
                                      std::uint64_t itemsMax) {
        m_isAtEnd = true;
        std::uint64_t left = itemsMax;
        std::uint64_t bytes = m_bytes;
        bool damaged = false;
        TRY(m_world.store.scan(
            volumeOf(m_group.region, m_zone), begin, end,
            m_range.forward ? storage::ScanDirection::Forward : storage::ScanDirection::Backward,
            [&](std::string_view key, std::string_view image) {
                auto view = viewOf(key, share(std::string(image)));
                damaged = !view;
                if (damaged) return storage::ScanStep::Stop;
                bytes += view->itemBytes;
                m_reply.items.push_back(std::move(*view));
                m_isFull = isFull(m_reply.items.size(), bytes);
                m_reply.more = m_isFull && !m_range.endsAt(key, m_part);
                if (m_range.fetchFromTable) m_lastKey = key;
                if (!m_isFull && --left > 0) return storage::ScanStep::Continue;
                m_isAtEnd = false;
                return storage::ScanStep::Stop;
            }));
        if (damaged) return std::unexpected(damagedTree(m_group, m_zone, "An item"));
        return {};
    }

    // Fetches the items of the entries added last, up to the one with which the page is full.
    storage::StorageResult<void> fetch() {
        std::vector<ItemView>& items = m_reply.tableItems;
        while (items.size() < m_reply.items.size()) {
            const ItemView& entry = m_reply.items[items.size()];
            TRY_ASSIGN(ItemView item, tableItem(entry));
            m_bytes += entry.itemBytes + item.itemBytes;
            items.push_back(std::move(item));
            if (!isFull(items.size(), m_bytes)) continue;
            m_isFull = true;
            m_reply.more =
                items.size() < m_reply.items.size() || !m_range.endsAt(m_lastKey, m_part);
            m_reply.items.resize(items.size());
        }
        return {};
    }

    [[nodiscard]] storage::StorageResult<ItemView> tableItem(const ItemView& entry) const {
        const auto projected = types::decodeItem(entry.attributes());
        if (!projected) return std::unexpected(damagedTree(m_group, m_zone, kEntry));
        const auto key = types::keyOf(*projected, m_range.table->keys);
        // Every entry projects the table's key.
        if (!key) return std::unexpected(damagedTree(m_group, m_zone, kEntry));
        return appliedItem(m_world, m_group, m_zone, types::storageKey(m_range.table->space, *key));
    }

    [[nodiscard]] bool isFull(std::uint64_t items, std::uint64_t bytes) const {
        return items >= m_itemsMax || bytes >= m_bytesMax;
    }

    const WorldState& m_world;
    const Group& m_group;
    const ZoneIndex m_zone;
    const ReadRange& m_range;
    const std::uint32_t m_part;
    const std::uint64_t m_itemsMax;
    const std::uint64_t m_bytesMax;

    RangeReply m_reply;
    std::uint64_t m_bytes = 0;  ///< Of the entries whose items are fetched, and of those items.
    std::string m_lastKey;      ///< Of the entries; unused if nothing is fetched.
    bool m_isAtEnd = false;
    bool m_isFull = false;
};

}  // namespace

KeySpaceId spaceOf(const ReadRange& range) {
    if (range.indexName.empty()) return range.table->space;
    const SecondaryIndex* index = range.table->findIndex(range.indexName);
    return index != nullptr ? index->space : KeySpaceId{};
}

KeyBounds pageBounds(const Group& group, const ReadRange& range, const OpRequest& request) {
    const KeyBounds partition = group.boundsIn(spaceOf(range));
    ReadRange::Bounds left = range.bounds(request.part);
    (range.forward ? left.begin : left.end) = request.key;
    const auto begin = std::max(left.begin, std::string_view(partition.begin));
    const std::string_view partitionEnd = partition.end;
    const auto end = left.end.empty() ? partitionEnd : std::min(left.end, partitionEnd);
    return {std::string(begin), std::string(end)};
}

storage::StorageResult<RangeReply> readRange(const WorldState& world, const Group& group,
                                             ZoneIndex zone, const ReadRange& range,
                                             const OpRequest& request) {
    KeyBounds bounds = pageBounds(group, range, request);
    return PageReader(world, group, zone, range, request)
        .read(std::move(bounds.begin), std::move(bounds.end));
}

GroupId nextPartition(const WorldState& world, const ReadRange& range, std::uint32_t part,
                      const Group* group) {
    const KeySpaceId space = partitionedSpace(range);
    const ReadRange::Bounds bounds = range.bounds(part);
    const std::string_view begin = bounds.begin.substr(types::kKeySpaceBytes);
    // The end of a whole key space is the start of the next one, so every key of this one is before
    // it.
    const bool endless =
        bounds.end.empty() || ByteReader(bounds.end).u32() != ByteReader(bounds.begin).u32();
    const std::string_view end =
        endless ? std::string_view() : bounds.end.substr(types::kKeySpaceBytes);
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
