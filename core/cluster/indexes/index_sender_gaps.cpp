#include <algorithm>
#include <string>

#include "core/cluster/indexes/index_sender.h"
#include "core/storage/storage_error.h"

// What the sender does if the leader's log lacks a record that the indexes need. Earlier versions
// let a copied replica lead although its log began too late; another replica may still have the
// record.

namespace orrery::cluster {

namespace {

/// From the time when an index is filled, the log keeps what it needs.
bool hasFilledIndex(const TableDescription& table) {
    return std::ranges::any_of(table.indexes, [](const SecondaryIndex& index) {
        return index.global && index.status == TableStatus::Active && !index.backfilling;
    });
}

storage::StorageError missingRecord(const Group& base, Lsn lsn) {
    return {"read a log record", storage::kCorrupted, "log.mdb",
            "Record " + std::to_string(lsn.value()) + " of partition " +
                std::to_string(base.id.value()) +
                " is in no log of log.mdb, and a global index lacks it. Writes are refused; " +
                std::string(storage::kRestoreOrRepair) + "."};
}

}  // namespace

void IndexSender::missRecord(const Group& base, ZoneIndex leader, const TableDescription& table,
                             Source& source) {
    if (!hasFilledIndex(table)) return;
    const Lsn next = source.taken.next();
    const bool beginsLater = base.member(leader).firstKept > next;
    if (beginsLater) source.holder = LogReader::otherHolder(base, leader, next);
    if (!source.holder) m_world.reportDamage(missingRecord(base, next));
}

void IndexSender::handOverToHolder(Group& base, const Source& source) {
    const auto leader = base.servingLeader(m_world.now);
    if (!leader || !source.holder) return;
    const auto& replica = base.member(*source.holder).replica;
    if (replica && replica->isCaughtUp()) m_replicator.handOver(base, *leader, *source.holder);
}

}  // namespace orrery::cluster
