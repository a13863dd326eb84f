#include "core/cluster/indexes/index_sender.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/storage/storage_error.h"

namespace orrery::cluster {

using Origin = IndexChange::Origin;

namespace {

/// Records of a base partition per event; the next event continues.
constexpr std::size_t kTakenAtOnceMax = 1000;

/// From the time when an index is filled, the log keeps what it needs.
bool hasFilledIndex(const TableDescription& table) {
    return std::ranges::any_of(table.indexes, [](const SecondaryIndex& index) {
        return index.isGlobal() && index.status == TableStatus::Active && !index.backfilling;
    });
}

storage::StorageError missingRecord(const Group& base, Lsn lsn) {
    return {"read a log record", storage::kCorrupted, "log.mdb",
            "Record " + std::to_string(lsn.value()) + " of partition " +
                std::to_string(base.id.value()) +
                " is in no log of log.mdb, and a global index lacks it. Writes are refused; " +
                std::string(storage::kRestoreOrRepair) + "."};
}

/// All global indexes show the records up to here.
Lsn shownUpTo(const Group& base) {
    return LogReader::cursorOf(base, kIndexReader).value_or(Lsn{});
}

}  // namespace

// --- the leader that owns a source

IndexSender::Source& IndexSender::sourceOf(Group& base) {
    const auto [at, isNew] = m_sources.try_emplace(base.id, m_world, m_post);
    if (isNew) at->second.taken = shownUpTo(base);
    changeOwner(base, at->second);
    return at->second;
}

void IndexSender::changeOwner(Group& base, Source& source) {
    const auto leader = base.leaseHolder(m_world.now);
    if (leader) {
        const IndexSenderId owner{*leader, base.member(*leader).replica->term()};
        if (source.owner == owner) return;
        if (source.owner) startOver(base, source);
        source.owner = owner;
        return;
    }
    if (!source.owner) return;
    // A leader at rest holds no lease, but it still has its memory.
    const auto& replica = base.member(source.owner->zone).replica;
    const bool leads = replica && replica->role() == replication::Role::Leader &&
                       replica->term() == source.owner->term;
    if (leads) return;
    source.owner.reset();
    startOver(base, source);
}

void IndexSender::startOver(Group& base, Source& source) {
    source.outboxes.clear();
    source.holder.reset();
    if (m_world.plantedBug != PlantedBug::OutboxForgotten) source.taken = shownUpTo(base);
    if (m_lost) m_lost(base);
}

void IndexSender::moved(Group& base) {
    const TablePtr table = m_world.catalog.find(base.table);
    if (table == nullptr || !table->hasGlobalIndexes()) return;
    const auto known = m_sources.find(base.id);
    const auto leader = base.leaseHolder(m_world.now);
    if (known == m_sources.end() && !leader) return;
    Source& source = sourceOf(base);
    if (leader &&
        (base.member(*leader).mark.applied > source.taken || source.outboxes.sendable() > 0))
        readAndSend(base, source);
}

void IndexSender::resume() {
    m_world.groups.forEach([&](Group& group) {
        if (LogReader::unread(group, kIndexReader) > 0)
            queueRetry(group, sourceOf(group), Duration{});
    });
}

void IndexSender::queueRetry(const Group& base, Source& source, Duration after) {
    if (std::exchange(source.retryQueued, true)) return;
    m_world.queue.add(m_world.now + after, IndexRetry{base.id});
}

// --- reading

void IndexSender::readAndSend(Group& base) {
    readAndSend(base, sourceOf(base));
}

void IndexSender::readAndSend(Group& base, Source& source) {
    const auto leader = base.leaseHolder(m_world.now);
    const bool tookAll = !leader || take(base, *leader, source);
    if (leader) source.outboxes.sendAll(base, *source.owner);
    reportShown(base, source);
    const bool lacksLeader =
        !leader && (source.outboxes.sendable() > 0 || base.committed > source.taken);
    if (lacksLeader) m_replicator.wakeLeader(base);
    const bool isDone =
        tookAll && !lacksLeader && !source.holder && source.outboxes.sendable() == 0;
    // Answers writes that wait for an index after a while, even if the index has made no progress.
    if (isDone && !m_isAwaited(base.id)) return;
    queueRetry(base, source, tookAll ? IndexOutboxes::kResendAfter : Duration{});
}

bool IndexSender::readUpToDate(Group& base, ZoneIndex leader) {
    Source& source = sourceOf(base);
    take(base, leader, source);
    return source.taken == base.member(leader).mark.applied;
}

bool IndexSender::take(Group& base, ZoneIndex leader, Source& source) {
    const TablePtr table = m_world.catalog.find(base.table);
    skipToBarriers(base, leader, *table, source);
    // Reading continues once some changes are acknowledged.
    if (source.outboxes.isFull()) return true;
    const LogReader::End end = m_log.read(
        base, leader, source.taken, kTakenAtOnceMax, [&](Lsn lsn, const table::LogRecord& record) {
            takeRecord(base, *table, source, lsn, record);
            return source.outboxes.isFull() ? LogReader::Next::Stop : LogReader::Next::Go;
        });
    source.holder.reset();
    if (end == LogReader::End::Unavailable) missRecord(base, leader, *table, source);
    return end != LogReader::End::Bounded;
}

void IndexSender::takeRecord(const Group& base, const TableDescription& table, Source& source,
                             Lsn lsn, const table::LogRecord& record) {
    if (!table::changesItem(record)) return;
    for (const SecondaryIndex& index : table.indexes) {
        if (!index.isGlobal() || index.status == TableStatus::Deleting) continue;
        if (lsn <= barrierOf(base.id, index.space)) continue;
        if (index.backfilling && m_world.plantedBug == PlantedBug::BackfillSkips) continue;
        const auto before = table::indexEntryOf(record.oldImage, index, table.keys);
        const auto after = table::indexEntryOf(record.newImage, index, table.keys);
        if (before == after) continue;
        if (before && (!after || after->key != before->key))
            source.outboxes.add(Origin::Record, lsn, index.space, before->key, nullptr);
        if (after) source.outboxes.add(Origin::Record, lsn, index.space, after->key, &*after);
    }
}

void IndexSender::addItem(Group& base, KeySpaceId index, const table::IndexEntry& entry) {
    Source& source = sourceOf(base);
    source.outboxes.add(Origin::Item, source.taken, index, entry.key, &entry);
}

// --- answers and retries

void IndexSender::on(const IndexBatchAnswered& answered) {
    if (!m_post.arrives(answered, answered.number)) return;
    Group* base = m_world.findGroup(answered.base);
    const auto known = m_sources.find(answered.base);
    if (base == nullptr || known == m_sources.end()) return;
    Source& source = known->second;
    changeOwner(*base, source);
    switch (source.outboxes.handle(*base, answered)) {
        case IndexOutboxes::Answer::Ignored:
            return;
        case IndexOutboxes::Answer::Taken:
            readAndSend(*base, source);
            if (m_acknowledged) m_acknowledged(*base);
            return;
        case IndexOutboxes::Answer::StartOver:
            startOver(*base, source);
            return readAndSend(*base, source);
    }
}

void IndexSender::on(const IndexRetry& retry) {
    Group* base = m_world.findGroup(retry.base);
    const auto known = m_sources.find(retry.base);
    if (base == nullptr || known == m_sources.end()) return;
    Source& source = known->second;
    source.retryQueued = false;
    changeOwner(*base, source);
    if (base->leaseHolder(m_world.now)) source.outboxes.resendOverdue(*base, source.owner->zone);
    handOverToHolder(*base, source);
    readAndSend(*base, source);
    m_shown(*base, base->leaderHint, Lsn{});  // Answers writes that have waited too long.
    // The cursor may have moved without an answer, past changes for an index that is deleted.
    if (m_acknowledged) m_acknowledged(*base);
}

void IndexSender::reportShown(Group& base, Source& source) {
    const Lsn shown = source.outboxes.shownUpTo(source.taken);
    const auto before = LogReader::cursorOf(base, kIndexReader);
    if (!before || shown <= *before) return;
    m_log.advance(base, kIndexReader, shown);
    if (source.owner) m_shown(base, source.owner->zone, shown);
}

std::size_t IndexSender::unanswered(GroupId base, std::optional<KeySpaceId> index) const {
    const auto source = m_sources.find(base);
    return source == m_sources.end() ? 0 : source->second.outboxes.unanswered(index);
}

std::uint64_t IndexSender::unansweredBytes(GroupId base) const {
    const auto source = m_sources.find(base);
    return source == m_sources.end() ? 0 : source->second.outboxes.unansweredBytes();
}

// --- records that the leader's log lacks: earlier versions let a copied replica lead although its
// log began too late; another replica may still have the record

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

// --- new and deleted indexes and tables

void IndexSender::tableChanged(const TableDescription& table) {
    const bool isRead = table.hasGlobalIndexes();
    for (const GroupId id : m_world.partitions.ofSpace(table.space)) {
        Group& base = *m_world.findGroup(id);
        // A new index skips what its backfill reads from the tree (`barrierOf`).
        if (isRead)
            m_log.registerReader(base, std::string(kIndexReader), Lsn{});
        else
            m_log.retire(base, kIndexReader);
    }
}

void IndexSender::setBarrier(GroupId base, KeySpaceId index, Lsn barrier) {
    m_barriers[index][base] = barrier;
}

Lsn IndexSender::barrierOf(GroupId base, KeySpaceId index) const {
    const auto barriers = m_barriers.find(index);
    if (barriers == m_barriers.end()) return Lsn{};
    const auto barrier = barriers->second.find(base);
    return barrier == barriers->second.end() ? Lsn{} : barrier->second;
}

void IndexSender::skipToBarriers(const Group& base, ZoneIndex leader, const TableDescription& table,
                                 Source& source) const {
    Lsn floor = base.member(leader).mark.applied;
    for (const SecondaryIndex& index : table.indexes) {
        if (index.isGlobal() && index.status != TableStatus::Deleting)
            floor = std::min(floor, barrierOf(base.id, index.space));
    }
    source.taken = std::max(source.taken, floor);
}

void IndexSender::forgetIndex(KeySpaceId table, KeySpaceId index) {
    m_barriers.erase(index);
    for (const GroupId base : m_world.partitions.ofSpace(table)) {
        ++m_sourcesVisited;
        const auto known = m_sources.find(base);
        if (known == m_sources.end()) continue;
        Source& source = known->second;
        // They may have held back the cursor, for which the backfill of another index waits.
        if (source.outboxes.forget(index)) queueRetry(*m_world.findGroup(base), source, Duration{});
    }
}

void IndexSender::forgetTable(KeySpaceId table) {
    for (const GroupId base : m_world.partitions.ofSpace(table)) {
        ++m_sourcesVisited;
        m_sources.erase(base);
    }
}

}  // namespace orrery::cluster
