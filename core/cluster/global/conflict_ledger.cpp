#include "core/cluster/global/conflict_ledger.h"

#include <utility>

#include "core/cluster/writes/item_versions.h"
#include "core/types/item_codec.h"
#include "core/types/key_schema.h"

// Reading the log.

namespace orrery::cluster {
namespace {

/// Records of a partition per event; the next event continues.
constexpr std::size_t kReadAtOnceMax = 1000;

/// The key attributes of an encoded item; empty if it is corrupt.
std::string keyImageOf(std::string_view image, const types::KeySchema& keys) {
    const auto item = types::decodeItem(image);
    if (!item) return {};
    types::Item key;
    for (const types::KeyAttribute& attribute : keys.attributes()) {
        if (const auto* value = item->find(attribute.name)) key.set(attribute.name, *value);
    }
    return types::encodeItem(key);
}

}  // namespace

void ConflictLedger::join(const GlobalTable& global) {
    for (const GlobalReplica& replica : global.replicas) {
        for (const GroupId id : m_world.partitions.ofSpace(replica.table)) {
            Group& group = *m_world.findGroup(id);
            m_log.registerReader(group, std::string(kReader), group.committed);
        }
    }
}

void ConflictLedger::moved(Group& group) {
    const auto cursor = LogReader::cursorOf(group, kReader);
    const auto leader = group.leaseHolder(m_world.now);
    if (!cursor || !leader || *cursor >= group.member(*leader).mark.applied) return;
    auto kept = of(group.table);
    if (!kept) return m_world.reportDamage(std::move(kept).error());
    Lsn read = *cursor;
    const auto end = m_log.read(group, *leader, read, kReadAtOnceMax,
                                [&](Lsn lsn, const table::LogRecord& record) {
                                    take(group, **kept, lsn, record);
                                    return LogReader::Next::Go;
                                });
    m_log.advance(group, kReader, read);
    if (end == LogReader::End::Bounded)
        m_world.queue.add(m_world.now, ReplicaRetry{group.id, m_world.now});
}

void ConflictLedger::take(Group& group, OfTable& kept, Lsn lsn, const table::LogRecord& record) {
    if (record.cause != table::Cause::Replication || !table::changesItem(record)) return;
    const TablePtr table = m_world.catalog.find(group.table);
    if (table == nullptr) return;
    // An earlier replica in this Region made what is older.
    const auto ownWrite = [&](CalendarTime at, std::uint64_t number) {
        return at <= table->createdAt ? OwnWrite() : OwnWrite{at, number};
    };
    OwnWrite old;
    if (record.lost) old = ownWrite(record.lost->last, record.lost->lastNumber);
    OwnWrite now;
    if (const auto* head = findHead(record.heads, m_world.region(group.region).name))
        now = ownWrite(head->at, head->number);
    // Without `lost`, either both heads are the same, or the version that goes has none.
    if (old == now || (old.isNone() && !kept.isLost(record.key, now))) return;
    std::vector<ConflictId> ids;
    std::vector<LostRun> runs;
    if (const auto ofKey = kept.byKey.find(record.key); ofKey != kept.byKey.end()) {
        for (const ConflictId& id : ofKey->second) {
            ids.push_back(id);
            runs.push_back(kept.run(id));
        }
    }
    const RunsChange change = runsAfter(runs, old, now);
    for (const auto& [index, run] : change.cut)
        setRun(group.table, kept, ids[index], run);
    for (const std::size_t index : change.withdrawn)
        erase(group.table, kept, ids[index]);
    for (const LostRun& run : change.lost)
        addLost(group, kept, lsn, record, run);
}

void ConflictLedger::addLost(const Group& group, OfTable& kept, Lsn lsn,
                             const table::LogRecord& record, const LostRun& run) {
    if (!record.lost) return;
    const bool isAgain = record.lost->last < record.lost->after;
    if (isAgain && m_world.plantedBug == PlantedBug::LossesOnce) return;
    // If both sides deleted the item, nobody misses anything.
    if (record.oldImage || record.newImage)
        return addEntry(group.table, kept, conflictOf(group, lsn, record, run));
    addUnlisted(group.table, kept, {run.last.at, group.id, lsn}, {record.key, run});
}

ConflictSide ConflictLedger::sideOf(const std::string& region, CalendarTime version,
                                    CalendarTime committedAt,
                                    const std::optional<std::string>& image) const {
    ConflictSide side;
    side.version = version;
    side.region = region;
    side.committedAt = committedAt;
    const auto& offsets = m_world.regionSettings.clockOffsets;
    if (const auto offset = offsets.find(region); offset != offsets.end())
        side.clockOffset = offset->second;
    side.isTooLarge = image && image->size() > kItemBytesMax;
    if (!side.isTooLarge) side.image = image;
    return side;
}

Conflict ConflictLedger::conflictOf(const Group& group, Lsn lsn, const table::LogRecord& record,
                                    const LostRun& run) const {
    const table::LostWrites& lost = *record.lost;
    Conflict conflict;
    conflict.id = {run.last.at, group.id, lsn};
    conflict.key = record.key;
    conflict.keyImage =
        keyImageOf(record.newImage ? *record.newImage : *record.oldImage, group.schema->keys);
    conflict.run = run;
    conflict.lost = sideOf(lost.origin, lost.version, run.last.at, record.oldImage);
    conflict.winner =
        sideOf(record.originRegion, *record.version,
               record.originCommittedAt.value_or(record.committedAt), record.newImage);
    conflict.foundAt = record.committedAt;
    return conflict;
}

}  // namespace orrery::cluster
