#include "core/cluster/writes/write_evaluation.h"

#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/base/result.h"
#include "core/table/stored_item.h"
#include "core/types/item_codec.h"
#include "core/types/item_size.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {
namespace {

using ItemResult = ApiResult<const types::Item*>;

/// Null if the update of a missing item only removes, whatever its paths. Otherwise points to
/// `made`.
ItemResult updatedItem(const WriteItem& write, const expression::Update& update,
                       std::optional<types::Item> old, types::Item& made) {
    const bool isNew = !old;
    if (isNew && !expression::createsItem(update)) return nullptr;
    types::Item base;
    if (old) {
        base = *std::move(old);
    } else {
        types::addKey(base, write.table->keys, write.key);
    }
    TRY_ASSIGN(made, expression::apply(update, base));
    std::vector<expression::NamedKeySchema> indexes;
    for (const SecondaryIndex& index : write.table->indexes)
        indexes.push_back({index.name, &index.keys});
    TRY(expression::checkUpdatedIndexKeys(update, made, indexes));
    // The item's own key may be part of an index key. It counts once, when the item is made.
    if (isNew) {
        for (const SecondaryIndex& index : write.table->indexes)
            TRY(types::checkIndexKeys(made, index.keys, index.name));
    }
    return &made;
}

/// The item after the write. Null if there is none. Points into the write, or to `made`.
ItemResult newItem(const WriteItem& write, std::optional<types::Item> old, types::Item& made) {
    return std::visit(Overloaded{
                          [](const PutAction& put) -> ItemResult { return &put.item; },
                          [&](const UpdateAction& update) {
                              return updatedItem(write, update.update, std::move(old), made);
                          },
                          [](const DeleteAction&) -> ItemResult { return nullptr; },
                          // item_writer.cpp expires items.
                          [](const ExpireAction&) -> ItemResult { CHECK(false); },
                      },
                      write.action);
}

/// What the evaluation of a write depends on.
struct Needs {
    WriteKind kind;
    bool readsItem;  ///< Reads the attributes of the old item.
    PutMode mode = PutMode::Replace;
};
Needs needsOf(const WriteItem& write) {
    return std::visit(
        Overloaded{
            [](const PutAction& put) { return Needs{WriteKind::Put, false, put.mode}; },
            [](const UpdateAction&) { return Needs{WriteKind::Put, true}; },
            [](const DeleteAction&) { return Needs{WriteKind::Delete, false}; },
            [](const ExpireAction&) -> Needs { CHECK(false); },
        },
        write.action);
}

bool needsOldImage(const WorldState& world, const Group& group, WriteKind kind) {
    const TablePtr table = world.catalog.find(group.table);
    if (table == nullptr) return false;
    // A stream that is being disabled goes on to its last record.
    return imagesNeeded(*table, kind) ||
           (!table->streamLabel.empty() &&
            world.catalog.streams().needImages(table->space, kind == WriteKind::Delete));
}

Evaluation damaged(WorldState& world, storage::StorageError error) {
    Evaluation evaluation;
    evaluation.error = world.damaged(std::move(error));
    return evaluation;
}

/// True if the condition of the write holds on the latest item, which is `old` when decoded.
bool holds(const WriteItem& write, const std::string& storageKey, const ItemView& latest,
           const std::optional<types::Item>& old) {
    if (write.itemLsn) {
        const auto stored = latest ? table::decodeStored(storageKey, *latest.bytes) : std::nullopt;
        if (!stored || stored->header.lsn != *write.itemLsn) return false;
    }
    return !write.condition || expression::matches(*write.condition, old ? &*old : nullptr);
}

ApiError noRoom(const table::LogRecord& record) {
    return ApiError::internal(
        record.newImage
            ? "Too little room is left for the data folder to write this item; free disk space, or "
              "delete items or tables."
            : "Too little room is left for the data folder to log this deletion; free disk space, "
              "or delete tables or indexes, or all tables by a reset.");
}

ApiError unmet(const ItemView& item, bool itemOnConditionFailure) {
    SharedBytes shown;
    if (itemOnConditionFailure && item) shown = share(std::string(item.attributes()));
    return ApiError::conditionFailed(std::move(shown));
}

/// The bytes that a change may add on disk. All zones have both images in the log, and the new one
/// in the tree; a transaction does so twice. The global indexes may copy the new one.
std::uint64_t mayCost(const WorldState& world, const Group& group, const table::LogRecord& record,
                      Logged logged) {
    const TablePtr table = world.catalog.find(group.table);
    const std::uint64_t indexes = table == nullptr ? 0 : table->indexes.size();
    const std::uint64_t after = kPageBytes + (record.newImage ? record.newImage->size() : 0);
    const std::uint64_t before = record.oldImage ? record.oldImage->size() : 0;
    const auto times = static_cast<std::uint64_t>(logged);
    return kZonesPerRegion * (times * (before + 2 * after) + indexes * 2 * after);
}

}  // namespace

bool takesRoom(WorldState& world, const Group& group, const table::LogRecord& record,
               Logged logged) {
    if (!world.room.isLimited()) return true;
    // Another Region accepted it, as far as there was room for all replicas (World::roomOwed).
    const bool isCatchUp = record.cause == table::Cause::Replication;
    const RoomFor growth = isCatchUp ? RoomFor::CatchUp : RoomFor::Growth;
    return world.takeRoom(record.newImage ? growth : RoomFor::Deletion,
                          mayCost(world, group, record, logged));
}

table::LogRecord changeRecord(const WorldState& world, const Group& group,
                              const std::string& storageKey, const ItemView& before,
                              std::optional<std::string> newImage, std::uint32_t newItemBytes) {
    table::LogRecord record;
    record.kind = newImage ? table::RecordKind::Put : table::RecordKind::Delete;
    record.space = group.space;
    record.key = storageKey;
    if (before) {
        record.oldItem =
            table::OldItem{before.itemBytes, table::entryChecksum(storageKey, before.attributes())};
        const WriteKind kind = newImage ? WriteKind::Put : WriteKind::Delete;
        if (needsOldImage(world, group, kind)) record.oldImage.emplace(before.attributes());
    }
    record.newImage = std::move(newImage);
    record.newItemBytes = newItemBytes;
    return record;
}

Evaluation evaluateWrite(WorldState& world, const CollectionSizes& sizes, const Group& group,
                         ZoneIndex zone, const WriteItem& write, const std::string& storageKey,
                         Logged logged) {
    Evaluation done;
    auto latest = latestItem(world, group, zone, storageKey);
    if (!latest) return damaged(world, std::move(latest).error());
    done.latest = *std::move(latest);
    const ItemView& before = done.latest.item;
    if (!group.schema->localIndexes.empty()) {
        auto size = sizes.find(group, zone, storageKey, static_cast<bool>(before));
        if (!size) return damaged(world, std::move(size).error());
        done.collection = *size;
        done.needsCount = write.wantsCollectionBytes && !done.collection;
        if (done.needsCount) return done;
    }
    // An image in the log must be sound, since readers rely on it, and version 1 has no checksum.
    const Needs needs = needsOf(write);
    const bool isUnproven =
        before && !table::hasChecksum(*before.bytes) && needsOldImage(world, group, needs.kind);
    std::optional<types::Item> old;
    if (before && (write.condition || needs.readsItem || isUnproven)) {
        old = types::decodeItem(before.attributes());
        if (!old) return damaged(world, damagedTree(group, zone, "An item"));
    }
    if (needs.mode == PutMode::Insert && before) {
        done.error = ApiError::duplicateItem();
        return done;
    }
    if (!holds(write, storageKey, before, old)) {
        done.error = unmet(before, write.itemOnConditionFailure);
        return done;
    }
    types::Item made;
    const auto after = newItem(write, std::move(old), made);
    if (!after) {
        done.error = after.error();
        return done;
    }
    if (*after == nullptr && !before) return done;  // Nothing to delete or to remove: a no-op.
    std::optional<std::string> image;
    if (*after != nullptr) image = types::encodeItem(**after);
    const std::uint32_t bytes =
        *after == nullptr ? 0 : static_cast<std::uint32_t>(types::itemBytes(**after));
    done.record = changeRecord(world, group, storageKey, before, std::move(image), bytes);
    if (!takesRoom(world, group, *done.record, logged)) done.error = noRoom(*done.record);
    return done;
}

Evaluation evaluateCheck(WorldState& world, const Group& group, ZoneIndex zone,
                         const ConditionCheck& check, const std::string& storageKey) {
    Evaluation done;
    auto latest = latestItem(world, group, zone, storageKey);
    if (!latest) return damaged(world, std::move(latest).error());
    done.latest = *std::move(latest);
    std::optional<types::Item> old;
    if (done.latest.item) {
        old = types::decodeItem(done.latest.item.attributes());
        if (!old) return damaged(world, damagedTree(group, zone, "An item"));
    }
    if (!expression::matches(check.condition, old ? &*old : nullptr))
        done.error = unmet(done.latest.item, check.itemOnConditionFailure);
    return done;
}

Replicator::Proposed proposeChange(Replicator& replicator, CollectionSizes& sizes, Group& group,
                                   ZoneIndex zone, table::LogRecord record,
                                   const std::optional<table::CollectionSize>& before,
                                   std::optional<std::uint64_t>& size) {
    const auto localIndexes = table::localIndexChanges(record, *group.schema);
    if (before) {
        const auto delta = static_cast<std::uint64_t>(table::collectionDelta(record, localIndexes));
        record.collection = table::CollectionSize{before->bytes + delta, before->isFirst};
        size = record.collection->bytes;
    }
    sizes.noteWrite(group, record, localIndexes);
    return replicator.propose(group, zone, std::move(record), localIndexes);
}

}  // namespace orrery::cluster
