#include "core/cluster/writes/item_writer.h"

#include "core/base/overloaded.h"
#include "core/cluster/writes/expiry_entries.h"
#include "core/cluster/writes/write_evaluation.h"
#include "core/table/expiry.h"

namespace orrery::cluster {
namespace {

void propose(Replicator& replicator, CollectionSizes& sizes, Group& group, ZoneIndex zone,
             const WriteItem& write, Evaluation& done, Written& written) {
    table::LogRecord& record = *done.record;
    const std::uint32_t itemBytes = record.newItemBytes;
    const std::size_t imageBytes = record.newImage ? record.newImage->size() : 0;
    std::optional<std::uint64_t> size;
    const auto [lsn, stored] =
        proposeChange(replicator, sizes, group, zone, std::move(record), done.collection, size);
    if (write.wantsCollectionBytes) written.reply.collectionBytes = size;
    written.restsOn = lsn;
    if (imageBytes == 0) return;
    written.reply.after = {stored, static_cast<std::uint32_t>(stored->size() - imageBytes),
                           itemBytes};
}

Written damaged(WorldState& world, storage::StorageError error) {
    Written written;
    written.error = world.damaged(std::move(error));
    return written;
}

// The record's old image has the item's expiry, so the entry goes with the item.
Written expireItem(WorldState& world, Replicator& replicator, CollectionSizes& sizes, Group& group,
                   ZoneIndex zone, const WriteItem& write, std::int64_t expiry,
                   const std::string& storageKey) {
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
    Evaluation done;
    if (!group.schema->localIndexes.empty()) {
        auto size = sizes.find(group, zone, storageKey, true);
        if (!size) return damaged(world, std::move(size).error());
        done.collection = *size;
    }
    done.record = changeRecord(world, group, storageKey, item, std::nullopt, 0);
    if (!done.record->oldImage) done.record->oldImage.emplace(item.attributes());
    done.record->cause = table::Cause::TimeToLive;
    done.latest = *std::move(latest);
    // The sweeper comes again.
    if (!takesRoom(world, group, *done.record, Logged::Once)) return {};
    propose(replicator, sizes, group, zone, write, done, written);
    return written;
}

// A write that a client asked for.
Written changeItem(WorldState& world, Replicator& replicator, CollectionSizes& sizes, Group& group,
                   ZoneIndex zone, const WriteItem& write, const std::string& storageKey) {
    Written written;
    Evaluation done = evaluateWrite(world, sizes, group, zone, write, storageKey, Logged::Once);
    written.needsCount = done.needsCount;
    if (written.needsCount) return written;
    written.reply.before = done.latest.item;
    written.restsOn = done.latest.lsn;
    written.error = std::move(done.error);
    if (written.error) return written;
    if (done.record) {
        propose(replicator, sizes, group, zone, write, done, written);
    } else if (write.wantsCollectionBytes && done.collection) {
        written.reply.collectionBytes = done.collection->bytes;
    }
    return written;
}

}  // namespace

ApiError transactionConflict() {
    return {ErrorType::TransactionConflict, "Transaction is ongoing for the item", nullptr};
}

Written writeItem(WorldState& world, Replicator& replicator, CollectionSizes& sizes,
                  PreparedItems& prepared, Group& group, ZoneIndex zone, const WriteItem& write,
                  const std::string& storageKey) {
    const auto isOngoing = prepared.isOngoing(group, zone, storageKey);
    if (!isOngoing) return damaged(world, isOngoing.error());
    if (*isOngoing) {
        Written written;
        written.error = transactionConflict();
        written.restsOn = PreparedItems::lastRecordOf(group, storageKey);
        return written;
    }
    return std::visit(Overloaded{
                          [&](const ExpireAction& expire) {
                              return expireItem(world, replicator, sizes, group, zone, write,
                                                expire.expiry, storageKey);
                          },
                          [&]<OneOf<PutAction, UpdateAction, DeleteAction> T>(const T&) {
                              return changeItem(world, replicator, sizes, group, zone, write,
                                                storageKey);
                          },
                      },
                      write.action);
}

}  // namespace orrery::cluster
