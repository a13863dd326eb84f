#include "core/cluster/writes/item_writer.h"
#include "core/base/result.h"

#include "core/cluster/writes/expiry_entries.h"
#include "core/table/expiry.h"
#include "core/table/stored_item.h"
#include "core/types/item_codec.h"
#include "core/types/item_size.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {
namespace {

/// The item after the write. Null if there is none: after a delete, and after an update of a
/// missing item that only removes, whatever its paths. Points into the write, or to `made`, which
/// an update fills.
ApiResult<const types::Item*> newItem(const WriteItem& write, std::optional<types::Item> old,
                                      types::Item& made) {
    if (const auto* put = std::get_if<PutAction>(&write.action)) return &put->item;
    const auto* update = std::get_if<UpdateAction>(&write.action);
    if (update == nullptr) return nullptr;
    const bool isNew = !old;
    if (isNew && !expression::createsItem(update->update)) return nullptr;
    types::Item base;
    if (old) {
        base = *std::move(old);
    } else {
        types::addKey(base, write.table->keys, write.key);
    }
    TRY_ASSIGN(made, expression::apply(update->update, base));
    std::vector<expression::NamedKeySchema> indexes;
    for (const SecondaryIndex& index : write.table->indexes)
        indexes.push_back({index.name, &index.keys});
    TRY(expression::checkUpdatedIndexKeys(update->update, made, indexes));
    // The item's own key may be part of an index key. It counts once, when the item is made.
    if (isNew) {
        for (const SecondaryIndex& index : write.table->indexes)
            TRY(types::checkIndexKeys(made, index.keys, index.name));
    }
    return &made;
}

table::LogRecord recordOf(const Group& group, const std::string& storageKey, const ItemView& before,
                          const types::Item* after, bool withOldImage) {
    table::LogRecord record;
    record.kind = after != nullptr ? table::RecordKind::Put : table::RecordKind::Delete;
    record.space = group.space;
    record.key = storageKey;
    if (before) {
        record.oldItem =
            table::OldItem{before.itemBytes, table::entryChecksum(storageKey, before.attributes())};
        if (withOldImage) record.oldImage.emplace(before.attributes());
    }
    if (after != nullptr) {
        record.newImage = types::encodeItem(*after);
        record.newItemBytes = static_cast<std::uint32_t>(types::itemBytes(*after));
    }
    return record;
}

/// The state on which a write was evaluated; the write must follow it in the log.
struct Before {
    ItemView item;
    std::optional<table::CollectionSize> collection;
};

void propose(Replicator& replicator, CollectionSizes& sizes, Group& group, ZoneIndex zone,
             const WriteItem& write, const Before& before, table::LogRecord record,
             Written& written) {
    const auto localIndexes = table::localIndexChanges(record, *group.schema);
    if (before.collection) {
        const auto delta = static_cast<std::uint64_t>(table::collectionDelta(record, localIndexes));
        record.collection =
            table::CollectionSize{before.collection->bytes + delta, before.collection->isFirst};
        if (write.wantsCollectionBytes) written.reply.collectionBytes = record.collection->bytes;
    }
    sizes.noteWrite(group, record, localIndexes);
    const std::uint32_t itemBytes = record.newItemBytes;
    const std::size_t imageBytes = record.newImage ? record.newImage->size() : 0;
    const auto [lsn, stored] = replicator.propose(group, zone, std::move(record), localIndexes);
    written.restsOn = lsn;
    if (imageBytes == 0) return;
    written.reply.after = {stored, static_cast<std::uint32_t>(stored->size() - imageBytes),
                           itemBytes};
}

Written damaged(WorldState& world, storage::StorageError error) {
    Written written;
    written.error = ApiError::internal(error.message());
    world.reportDamage(std::move(error));
    return written;
}

// The record's old image has the item's expiry, so the entry goes with the item.
Written expireItem(WorldState& world, Replicator& replicator, CollectionSizes& sizes, Group& group,
                   ZoneIndex zone, const WriteItem& write, const std::string& storageKey) {
    const std::int64_t expiry = std::get<ExpireAction>(write.action).expiry;
    const TablePtr table = world.catalog.find(group.table);
    if (table == nullptr || table->timeToLive.attribute.empty()) return {};
    // An earlier request for the same entry may have been faster.
    if (!hasExpiryEntry(world, group, zone, expiry, storageKey)) return {};
    auto latest = latestItem(world, group, zone, storageKey);
    if (!latest) return damaged(world, std::move(latest).error());
    const ItemView& item = latest->item;
    const auto current =
        item ? table::expiryOf(item.attributes(), table->timeToLive.attribute) : std::nullopt;
    const bool isUnchecked = item && world.plantedBug == PlantedBug::ExpiryUnchecked;
    const bool isCurrent = current == expiry && !table::isIgnoredExpiry(expiry, world.calendar());
    // The calendar may have gone back since.
    const bool isEarly = std::chrono::seconds(expiry) > world.calendar().sinceEpoch();
    if (isCurrent && isEarly && !isUnchecked) return {};
    Written written;
    if (!isCurrent && !isUnchecked) {
        table::LogRecord record;
        record.kind = table::RecordKind::Expiry;
        record.space = group.space;
        record.key = storageKey;
        record.oldExpiry = expiry;
        written.restsOn = replicator.propose(group, zone, std::move(record));
        return written;
    }
    Before before{item, std::nullopt};
    if (!group.schema->localIndexes.empty()) {
        auto size = sizes.find(group, zone, storageKey, true);
        if (!size) return damaged(world, std::move(size).error());
        before.collection = *size;
    }
    table::LogRecord record = recordOf(group, storageKey, item, nullptr, true);
    record.cause = table::Cause::TimeToLive;
    propose(replicator, sizes, group, zone, write, before, std::move(record), written);
    return written;
}

}  // namespace

Written writeItem(WorldState& world, Replicator& replicator, CollectionSizes& sizes, Group& group,
                  ZoneIndex zone, const WriteItem& write, const std::string& storageKey) {
    if (std::holds_alternative<ExpireAction>(write.action))
        return expireItem(world, replicator, sizes, group, zone, write, storageKey);
    auto latest = latestItem(world, group, zone, storageKey);
    if (!latest) return damaged(world, std::move(latest).error());
    Written written;
    Before before{latest->item, std::nullopt};
    if (!group.schema->localIndexes.empty()) {
        auto size = sizes.find(group, zone, storageKey, static_cast<bool>(latest->item));
        if (!size) return damaged(world, std::move(size).error());
        before.collection = *size;
        written.needsCount = write.wantsCollectionBytes && !before.collection;
        if (written.needsCount) return written;
    }
    written.reply.before = latest->item;
    written.restsOn = latest->lsn;

    const TablePtr table = world.catalog.find(group.table);
    const bool isDelete = std::holds_alternative<DeleteAction>(write.action);
    const WriteKind kind = isDelete ? WriteKind::Delete : WriteKind::Put;
    // A stream that is being disabled goes on to its last record.
    const bool withOldImage =
        table != nullptr && (imagesNeeded(*table, kind) ||
                             (!table->streamLabel.empty() &&
                              world.catalog.streams().needImages(table->space, isDelete)));
    // An image in the log must be sound, since readers rely on it, and version 1 has no checksum.
    const bool isUnproven =
        withOldImage && latest->item && !table::hasChecksum(*latest->item.bytes);
    const bool isUpdate = std::holds_alternative<UpdateAction>(write.action);
    std::optional<types::Item> old;
    if (latest->item && (write.condition || isUpdate || isUnproven)) {
        old = types::decodeItem(latest->item.attributes());
        if (!old) return damaged(world, damagedTree(group, zone, "An item"));
    }
    if (write.condition && !expression::matches(*write.condition, old ? &*old : nullptr)) {
        SharedBytes shown;
        if (write.itemOnConditionFailure && latest->item)
            shown = share(std::string(latest->item.attributes()));
        written.error = ApiError::conditionFailed(std::move(shown));
        return written;
    }
    types::Item made;
    const auto after = newItem(write, std::move(old), made);
    if (!after) {
        written.error = after.error();
        return written;
    }
    if (*after == nullptr && !latest->item) {  // Nothing to delete or to remove: a no-op.
        if (write.wantsCollectionBytes && before.collection)
            written.reply.collectionBytes = before.collection->bytes;
        return written;
    }
    propose(replicator, sizes, group, zone, write, before,
            recordOf(group, storageKey, latest->item, *after, withOldImage), written);
    return written;
}

}  // namespace orrery::cluster
