#include "core/cluster/writes/item_writer.h"

#include "core/cluster/writes/write_evaluation.h"

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

}  // namespace

ApiError transactionConflict() {
    return {ErrorType::TransactionConflict, "Transaction is ongoing for the item", nullptr};
}

Written writeItem(WorldState& world, Replicator& replicator, CollectionSizes& sizes,
                  PreparedItems& prepared, Group& group, ZoneIndex zone, const WriteItem& write,
                  const std::string& storageKey) {
    Written written;
    const auto isOngoing = prepared.isOngoing(group, zone, storageKey);
    if (!isOngoing) {
        written.error = ApiError::internal(isOngoing.error().message());
        world.reportDamage(isOngoing.error());
        return written;
    }
    if (*isOngoing) {
        written.error = transactionConflict();
        written.restsOn = PreparedItems::lastRecordOf(group, storageKey);
        return written;
    }
    Evaluation done = evaluateWrite(world, sizes, group, zone, write, storageKey);
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

}  // namespace orrery::cluster
