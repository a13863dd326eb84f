#include "core/cluster/indexes/index_sender.h"

#include <algorithm>
#include <utility>

namespace orrery::cluster {

using namespace std::chrono_literals;
using Origin = IndexChange::Origin;

namespace {

/// The last change of a batch may go beyond the bytes, and so may the other changes of its record.
constexpr std::size_t kBatchChangesMax = 100;
constexpr std::uint64_t kBatchBytesMax = 512u << 10;
/// Records of a base partition per event; the next event continues.
constexpr std::size_t kTakenAtOnceMax = 1000;
constexpr Duration kRetryAfter = 200ms;
/// Redirects of one batch before the sender waits and tries again.
constexpr std::uint32_t kRedirectsMax = kZonesPerRegion;

std::uint64_t bytesOf(const IndexChange& change) {
    return change.record.key.size() + (change.record.newImage ? change.record.newImage->size() : 0);
}

/// All global indexes show the records up to here.
Lsn shownUpTo(const Group& base) {
    return LogReader::cursorOf(base, kIndexReader).value_or(Lsn{});
}

}  // namespace

// --- the leader that owns a source

IndexSender::Source& IndexSender::sourceOf(Group& base) {
    const auto [at, isNew] = m_sources.try_emplace(base.id);
    if (isNew) at->second.taken = shownUpTo(base);
    changeOwner(base, at->second);
    return at->second;
}

void IndexSender::changeOwner(Group& base, Source& source) {
    const auto leader = base.leaseHolder(m_world.now);
    if (leader) {
        const Owner owner{*leader, base.member(*leader).replica->term()};
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
    source.unanswered = 0;
    source.unansweredBytes = 0;
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
    if (leader && (base.member(*leader).mark.applied > source.taken || sendable(source) > 0))
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
    if (leader) sendAll(base, source);
    reportShown(base, source);
    const bool lacksLeader = !leader && (sendable(source) > 0 || base.committed > source.taken);
    // A leader at rest holds no lease; this requests it, like any request.
    if (lacksLeader && base.member(base.leaderHint).replica)
        m_replicator.requestLease(base, base.leaderHint);
    const bool isDone = tookAll && !lacksLeader && !source.holder && sendable(source) == 0;
    // Answers writes that wait for an index after a while, even if the index has made no progress.
    if (isDone && !m_isAwaited(base.id)) return;
    queueRetry(base, source, tookAll ? kRetryAfter : Duration{});
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
    if (isFull(source)) return true;
    const LogReader::End end = m_log.read(
        base, leader, source.taken, kTakenAtOnceMax, [&](Lsn lsn, const table::LogRecord& record) {
            takeRecord(base, *table, source, lsn, record);
            return isFull(source) ? LogReader::Next::Stop : LogReader::Next::Go;
        });
    source.holder.reset();
    if (end == LogReader::End::Unavailable) missRecord(base, leader, *table, source);
    return end != LogReader::End::Bounded;
}

void IndexSender::takeRecord(const Group& base, const TableDescription& table, Source& source,
                             Lsn lsn, const table::LogRecord& record) {
    if (!table::changesItem(record)) return;
    for (const SecondaryIndex& index : table.indexes) {
        if (!index.global || index.status == TableStatus::Deleting) continue;
        if (lsn <= barrierOf(base.id, index.space)) continue;
        if (index.backfilling && m_world.plantedBug == PlantedBug::BackfillSkips) continue;
        const auto before = table::indexEntryOf(record.oldImage, index, table.keys);
        const auto after = table::indexEntryOf(record.newImage, index, table.keys);
        if (before == after) continue;
        if (before && (!after || after->key != before->key))
            enqueue(source, Origin::Record, lsn, index.space, before->key, nullptr);
        if (after) enqueue(source, Origin::Record, lsn, index.space, after->key, &*after);
    }
}

void IndexSender::addItem(Group& base, KeySpaceId index, const table::IndexEntry& entry) {
    Source& source = sourceOf(base);
    enqueue(source, Origin::Item, source.taken, index, entry.key, &entry);
}

void IndexSender::enqueue(Source& source, Origin origin, Lsn position, KeySpaceId space,
                          std::string key, const table::IndexEntry* entry) {
    const GroupId target = m_world.partitions.find(key);
    if (target == GroupId{}) return;  // The index was deleted meanwhile.
    IndexChange change;
    change.origin = origin;
    change.position = position;
    change.record.kind = entry ? table::RecordKind::IndexPut : table::RecordKind::IndexDelete;
    change.record.space = space;
    change.record.key = std::move(key);
    if (entry != nullptr) {
        change.record.newImage = entry->attributes;
        change.record.newItemBytes = entry->itemBytes;
    }
    const auto [at, isNew] = source.outboxes.try_emplace(target);
    Outbox& outbox = at->second;
    if (isNew) {
        outbox.index = space;
        outbox.target = m_world.findGroup(target)->appointed;
    }
    ++source.unanswered;
    source.unansweredBytes += bytesOf(change);
    outbox.waitingBytes += bytesOf(change);
    outbox.waiting.push_back(std::move(change));
}

// --- sending

void IndexSender::sendAll(const Group& base, Source& source) {
    for (auto& [target, outbox] : source.outboxes) {
        if (outbox.waiting.empty() || outbox.inFlight || outbox.isStopped) continue;
        fillBatch(base, source, outbox);
        send(base, target, outbox);
    }
}

void IndexSender::fillBatch(const Group& base, Source& source, Outbox& outbox) {
    auto batch = std::make_shared<IndexBatch>();
    batch->base = base.id;
    batch->sender = source.owner->zone;
    batch->term = source.owner->term;
    batch->number = ++source.batches;
    auto& waiting = outbox.waiting;
    const auto isOneRecord = [](const IndexChange& a, const IndexChange& b) {
        return a.origin == Origin::Record && b.origin == Origin::Record && a.position == b.position;
    };
    std::size_t count = 0;
    std::uint64_t bytes = 0;
    const auto fits = [&] {
        return count == 0 || (count < kBatchChangesMax && bytes < kBatchBytesMax) ||
               isOneRecord(waiting[count - 1], waiting[count]);
    };
    for (; count < waiting.size() && fits(); ++count)
        bytes += bytesOf(waiting[count]);
    batch->changes.reserve(count);
    const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(count);
    std::move(waiting.begin(), end, std::back_inserter(batch->changes));
    waiting.erase(waiting.begin(), end);
    outbox.inFlight = std::move(batch);
    outbox.underWayBytes = bytes;
    outbox.waitingBytes -= bytes;
    outbox.redirects = 0;
}

void IndexSender::send(const Group& base, GroupId target, Outbox& outbox) {
    outbox.sentAt = m_world.now;
    const observe::ReplicaRef from{target, base.region, outbox.inFlight->sender};
    const EnvelopeHeader header{from, outbox.target, observe::MessageKind::IndexBatch, 0, {}};
    m_post.send(IndexBatchArrives{header, outbox.inFlight, outbox.target});
}

IndexSender::Outbox* IndexSender::awaiting(Source& source, const IndexBatchAnswered& answered) {
    const auto found = source.outboxes.find(answered.header.from.group);
    if (found == source.outboxes.end()) return nullptr;
    const auto& batch = found->second.inFlight;
    const bool isIt = batch && batch->number == answered.number && batch->term == answered.term &&
                      batch->sender == answered.target;
    return isIt ? &found->second : nullptr;
}

void IndexSender::on(const IndexBatchAnswered& answered) {
    if (!m_post.arrives(answered, answered.number)) return;
    Group* base = m_world.findGroup(answered.base);
    const auto known = m_sources.find(answered.base);
    if (base == nullptr || known == m_sources.end()) return;
    Source& source = known->second;
    changeOwner(*base, source);
    Outbox* outbox = awaiting(source, answered);
    if (outbox == nullptr) return;
    if (answered.leader) outbox->target = *answered.leader;
    switch (answered.outcome) {
        case BatchOutcome::Taken: {
            source.unanswered -= outbox->inFlight->changes.size();
            source.unansweredBytes -= outbox->underWayBytes;
            outbox->inFlight.reset();
            outbox->underWayBytes = 0;
            // The previous leader may have sent more than the saved cursor says.
            auto& waiting = outbox->waiting;
            while (!waiting.empty() && waiting.front().origin == Origin::Record &&
                   waiting.front().position <= answered.upTo) {
                --source.unanswered;
                source.unansweredBytes -= bytesOf(waiting.front());
                outbox->waitingBytes -= bytesOf(waiting.front());
                waiting.pop_front();
            }
            readAndSend(*base, source);
            if (m_acknowledged) m_acknowledged(*base);
            return;
        }
        case BatchOutcome::NotLeader:
            // Without another leader to try, the retry sends it again.
            if (!answered.leader || *answered.leader == answered.answerer) return;
            if (++outbox->redirects > kRedirectsMax) return;
            return send(*base, answered.header.from.group, *outbox);
        case BatchOutcome::Stale:
            startOver(*base, source);
            return readAndSend(*base, source);
        case BatchOutcome::Damaged:
            outbox->isStopped = true;
            return;
    }
}

void IndexSender::on(const IndexRetry& retry) {
    Group* base = m_world.findGroup(retry.base);
    const auto known = m_sources.find(retry.base);
    if (base == nullptr || known == m_sources.end()) return;
    Source& source = known->second;
    source.retryQueued = false;
    changeOwner(*base, source);
    if (base->leaseHolder(m_world.now)) {
        for (auto& [target, outbox] : source.outboxes) {
            const bool isLost =
                outbox.inFlight && !outbox.isStopped && m_world.now - outbox.sentAt >= kRetryAfter;
            if (!isLost) continue;
            outbox.redirects = 0;
            tryNextZone(*base, source, outbox);
            send(*base, target, outbox);
        }
    }
    handOverToHolder(*base, source);
    readAndSend(*base, source);
    m_shown(*base, base->leaderHint, Lsn{});  // Answers writes that have waited too long.
    // The cursor may have moved without an answer, past changes for an index that is deleted.
    if (m_acknowledged) m_acknowledged(*base);
}

// No answer came: ask another replica, one that the sender's node hears.
void IndexSender::tryNextZone(const Group& base, const Source& source, Outbox& outbox) const {
    const auto& suspects = m_world.region(base.region).suspects[source.owner->zone.value()];
    for (std::size_t step = 1; step <= kZonesPerRegion; ++step) {
        const ZoneIndex zone(
            static_cast<std::uint8_t>((outbox.target.value() + 1) % kZonesPerRegion));
        outbox.target = zone;
        if (!suspects[zone.value()]) return;
    }
}

}  // namespace orrery::cluster
