#include "core/cluster/writes/item_writer.h"
#include "core/base/result.h"

#include "core/table/stored_item.h"
#include "core/types/item_codec.h"
#include "core/types/item_size.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {
namespace {

/// The item after the write; nothing for a delete.
ApiResult<std::optional<types::Item>> newItem(const WriteItem& write, const types::Item* old) {
    if (const auto* put = std::get_if<PutAction>(&write.action)) return put->item;
    const auto* update = std::get_if<UpdateAction>(&write.action);
    if (update == nullptr) return std::optional<types::Item>();
    types::Item base;
    if (old != nullptr) {
        base = *old;
    } else {
        types::addKey(base, write.table->keys, write.key);
    }
    TRY_ASSIGN(types::Item updated, expression::apply(update->update, base));
    std::vector<expression::NamedKeySchema> indexes;
    for (const SecondaryIndex& index : write.table->indexes)
        indexes.push_back({index.name, &index.keys});
    TRY(expression::checkUpdatedIndexKeys(update->update, updated, indexes));
    return std::optional<types::Item>(std::move(updated));
}

std::uint64_t collectionBytes(const WorldState& world, const Group& group, ZoneIndex zone,
                              const WriteItem& write) {
    std::uint64_t bytes = 0;
    const VolumeId volume = volumeOf(group.region, zone);
    const auto count = [&](KeySpaceId space) {
        const std::string prefix = types::collectionPrefix(space, write.key.partition);
        const auto counted = world.store.scan(
            volume, prefix, types::prefixEnd(prefix), storage::ScanDirection::Forward,
            [&](std::string_view key, std::string_view image) {
                if (const auto stored = table::decodeStored(key, image))
                    bytes += stored->header.itemBytes;
                return storage::ScanStep::Continue;
            });
        static_cast<void>(counted);  // An estimate: what could not be read is not in it.
    };
    count(write.table->space);
    for (const SecondaryIndex& index : write.table->indexes) {
        if (!index.global) count(index.space);
    }
    return bytes;
}

table::LogRecord recordOf(const Group& group, const std::string& storageKey, const ItemView& before,
                          const std::optional<types::Item>& after, bool hasIndexes) {
    table::LogRecord record;
    record.kind = after ? table::RecordKind::Put : table::RecordKind::Delete;
    record.space = group.space;
    record.key = storageKey;
    if (before) {
        record.oldItem =
            table::OldItem{before.itemBytes, table::entryChecksum(storageKey, before.attributes())};
        if (hasIndexes) record.oldImage = std::string(before.attributes());
    }
    if (after) {
        record.newImage = types::encodeItem(*after);
        record.newItemBytes = static_cast<std::uint32_t>(types::itemBytes(*after));
    }
    return record;
}

}  // namespace

storage::StorageResult<ItemView> viewOf(std::string_view storageKey, SharedBytes stored) {
    if (!stored) return ItemView{};
    const auto decoded = table::decodeStored(storageKey, *stored);
    if (!decoded) return std::unexpected(storage::StorageError{"decodeStored", 0, ""});
    ItemView view;
    view.attributesAt = static_cast<std::uint32_t>(decoded->attributesAt);
    view.itemBytes = decoded->header.itemBytes;
    view.bytes = std::move(stored);
    return view;
}

storage::StorageResult<LatestItem> latestItem(const WorldState& world, const Group& group,
                                              ZoneIndex zone, std::string_view storageKey) {
    const auto inTail = group.tail.find(storageKey);
    if (inTail != group.tail.end()) {
        TRY_ASSIGN(ItemView view, viewOf(storageKey, inTail->second.stored));
        return LatestItem{std::move(view), inTail->second.lsn};
    }
    TRY_ASSIGN(SharedBytes stored, world.store.get(volumeOf(group.region, zone), storageKey));
    TRY_ASSIGN(ItemView view, viewOf(storageKey, std::move(stored)));
    return LatestItem{std::move(view), Lsn{}};
}

Written writeItem(WorldState& world, Replicator& replicator, Group& group, ZoneIndex zone,
                  const WriteItem& write, const std::string& storageKey) {
    Written written;
    auto latest = latestItem(world, group, zone, storageKey);
    if (!latest) {
        written.error = ApiError::internal();
        return written;
    }
    written.reply.before = latest->item;
    written.restsOn = latest->lsn;

    std::optional<types::Item> old;
    const bool isUpdate = std::holds_alternative<UpdateAction>(write.action);
    if (latest->item && (write.condition || isUpdate)) {
        old = types::decodeItem(latest->item.attributes());
        if (!old) {
            written.error = ApiError::internal();
            return written;
        }
    }
    const types::Item* oldItem = old ? &*old : nullptr;
    if (write.condition && !expression::matches(*write.condition, oldItem)) {
        SharedBytes shown;
        if (write.itemOnConditionFailure && latest->item)
            shown = share(std::string(latest->item.attributes()));
        written.error = ApiError::conditionFailed(std::move(shown));
        return written;
    }
    auto after = newItem(write, oldItem);
    if (!after) {
        written.error = std::move(after).error();
        return written;
    }
    if (write.wantsCollectionBytes)
        written.reply.collectionBytes = collectionBytes(world, group, zone, write);
    if (!*after && !latest->item) return written;  // Nothing to delete: a no-op.

    const TablePtr table = world.catalog.find(group.table);
    const bool hasIndexes = table != nullptr && !table->indexes.empty();
    written.restsOn = replicator.propose(
        group, zone, recordOf(group, storageKey, latest->item, *after, hasIndexes));
    if (*after) {
        auto view = viewOf(storageKey, group.tail.find(storageKey)->second.stored);
        if (view) written.reply.after = std::move(*view);
    }
    return written;
}

}  // namespace orrery::cluster
