#include "core/cluster/writes/item_view.h"

#include "core/base/result.h"
#include "core/table/stored_item.h"

namespace orrery::cluster {
namespace {

storage::StorageResult<ItemView> viewIn(const Group& group, ZoneIndex zone,
                                        std::string_view storageKey, SharedBytes stored) {
    auto view = viewOf(storageKey, std::move(stored));
    if (!view) return std::unexpected(damagedTree(group, zone, "An item"));
    return *std::move(view);
}

}  // namespace

std::optional<ItemView> viewOf(std::string_view storageKey, SharedBytes stored) {
    if (!stored) return ItemView{};
    const auto decoded = table::decodeStored(storageKey, *stored);
    if (!decoded) return std::nullopt;
    ItemView view;
    view.attributesAt = static_cast<std::uint32_t>(decoded->attributesAt);
    view.itemBytes = decoded->header.itemBytes;
    view.bytes = std::move(stored);
    return view;
}

storage::StorageResult<ItemView> appliedItem(const WorldState& world, const Group& group,
                                             ZoneIndex zone, std::string_view storageKey) {
    TRY_ASSIGN(SharedBytes stored, world.store.get(group.member(zone).volume(), storageKey));
    return viewIn(group, zone, storageKey, std::move(stored));
}

storage::StorageResult<LatestItem> latestItem(const WorldState& world, const Group& group,
                                              ZoneIndex zone, std::string_view storageKey) {
    const auto inTail = group.tail.find(storageKey);
    if (inTail != group.tail.end()) {
        TRY_ASSIGN(ItemView view, viewIn(group, zone, storageKey, inTail->second.stored));
        return LatestItem{std::move(view), inTail->second.lsn};
    }
    TRY_ASSIGN(ItemView view, appliedItem(world, group, zone, storageKey));
    return LatestItem{std::move(view), Lsn{}};
}

}  // namespace orrery::cluster
