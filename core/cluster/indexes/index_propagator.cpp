#include "core/cluster/indexes/index_propagator.h"

#include <algorithm>

#include "core/cluster/writes/item_writer.h"
#include "core/table/stored_item.h"

// The side of the base partition: what changed, what is under way, what has arrived.

namespace orrery::cluster {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t kBatchChangesMax = 100;
/// No more is taken from the log than this, for all indexes together; the log keeps the rest.
constexpr std::size_t kWaitingMax = 2000;
/// Records of a base partition in one event; the next event goes on.
constexpr std::size_t kTakenAtOnceMax = 1000;
constexpr Duration kRetryAfter = 200ms;

}  // namespace

IndexPropagator::Source& IndexPropagator::sourceOf(const Group& base) {
    const auto [at, isNew] = m_sources.try_emplace(base.id);
    if (isNew) at->second.taken = base.indexedUpTo;
    return at->second;
}

void IndexPropagator::moved(Group& group) {
    if (group.isIndex()) return indexMoved(group);
    const TablePtr table = m_world.catalog.find(group.table);
    if (table == nullptr) return;
    const auto leader = group.servingLeader(m_world.now);
    if (!table->hasGlobalIndexes() || !leader) return;
    Source& source = sourceOf(group);
    if (group.member(*leader).mark.applied > source.taken || waiting(source) > 0)
        goOn(group, source);
}

void IndexPropagator::resume() {
    for (const auto& group : m_world.groups) {
        if (group == nullptr || group->isIndex() || group->indexedUpTo >= group->committed)
            continue;
        const TablePtr table = m_world.catalog.find(group->table);
        if (table == nullptr || !table->hasGlobalIndexes()) continue;
        sourceOf(*group).retryQueued = true;
        m_world.queue.add(m_world.now, IndexRetry{group->id});
    }
}

void IndexPropagator::goOn(Group& base, Source& source) {
    const auto leader = base.servingLeader(m_world.now);
    const bool tookAll = !leader || take(base, *leader, source);
    if (leader) sendAll(base, *leader, source);
    tellShown(base, source);
    const bool lacksLeader = !leader && (waiting(source) > 0 || base.committed > source.taken);
    // At rest a leader holds no lease; this is a request like any other.
    if (lacksLeader && base.member(base.leaderHint).replica)
        m_replicator.requestLease(base, base.leaderHint);
    if (source.retryQueued || (tookAll && !lacksLeader && waiting(source) == 0)) return;
    source.retryQueued = true;
    m_world.queue.add(m_world.now + (tookAll ? kRetryAfter : Duration{}), IndexRetry{base.id});
}

std::size_t IndexPropagator::waiting(const Source& source, std::optional<KeySpaceId> index) const {
    std::size_t changes = 0;
    for (const auto& [target, outbox] : source.outboxes) {
        const Group* group = index ? m_world.findGroup(target) : nullptr;
        if (!index || (group != nullptr && group->space == *index))
            changes += outbox.changes.size();
    }
    return changes;
}

bool IndexPropagator::take(Group& base, ZoneIndex leader, Source& source) {
    const TablePtr table = m_world.catalog.find(base.table);
    skipToBarriers(base, leader, *table, source);
    if (waiting(source) >= kWaitingMax) return true;  // Goes on when some have arrived.
    const LogReader::End end = m_log.read(
        base, leader, source.taken, kTakenAtOnceMax, [&](Lsn lsn, const table::LogRecord& record) {
            takeRecord(base, *table, source, lsn, record);
            return waiting(source) >= kWaitingMax ? LogReader::Next::Stop : LogReader::Next::Go;
        });
    // What is unavailable now may be there later.
    return end != LogReader::End::Bounded;
}

void IndexPropagator::takeRecord(const Group& base, const TableDescription& table, Source& source,
                                 Lsn lsn, const table::LogRecord& record) {
    if (record.kind != table::RecordKind::Put && record.kind != table::RecordKind::Delete) return;
    for (const SecondaryIndex& index : table.indexes) {
        if (!index.global || index.status == TableStatus::Deleting) continue;
        if (lsn <= barrierOf(base, index.space)) continue;
        if (index.backfilling && m_world.plantedBug == PlantedBug::BackfillSkips) continue;
        const auto before = table::indexEntryOf(record.oldImage, index, table.keys);
        const auto after = table::indexEntryOf(record.newImage, index, table.keys);
        if (before == after) continue;
        if (before && (!after || after->key != before->key))
            enqueue(source, lsn, index.space, before->key, nullptr);
        if (after) enqueue(source, lsn, index.space, after->key, &*after);
    }
}

void IndexPropagator::skipToBarriers(const Group& base, ZoneIndex leader,
                                     const TableDescription& table, Source& source) const {
    Lsn floor = base.member(leader).mark.applied;
    for (const SecondaryIndex& index : table.indexes) {
        if (index.global && index.status != TableStatus::Deleting)
            floor = std::min(floor, barrierOf(base, index.space));
    }
    source.taken = std::max(source.taken, floor);
}

void IndexPropagator::enqueue(Source& source, Lsn lsn, KeySpaceId space, std::string key,
                              const table::IndexEntry* entry) {
    const GroupId target = m_world.partitions.find(key);
    if (target == GroupId{}) return;  // The index was deleted meanwhile.
    Change change;
    change.source = lsn;
    change.record.kind = entry ? table::RecordKind::IndexPut : table::RecordKind::IndexDelete;
    change.record.space = space;
    change.record.key = std::move(key);
    if (entry != nullptr) {
        change.record.newImage = entry->attributes;
        change.record.newItemBytes = entry->itemBytes;
    }
    source.outboxes[target].changes.push_back(std::move(change));
}

void IndexPropagator::sendAll(const Group& base, ZoneIndex leader, Source& source) {
    for (auto& [target, outbox] : source.outboxes) {
        if (outbox.changes.empty() || outbox.underWay > 0) continue;
        const Group* index = m_world.findGroup(target);
        if (index == nullptr) continue;
        outbox.underWay = std::min(outbox.changes.size(), kBatchChangesMax);
        outbox.sentAt = m_world.now;
        ++outbox.number;
        const Flight flight{
            index->ref(leader), index->leaderHint, observe::MessageKind::IndexBatch, 0, {}};
        m_world.send(m_world.arrivalOf(flight), IndexBatchArrives{flight, base.id, outbox.number});
    }
}

void IndexPropagator::on(const IndexBatchAnswered& answered) {
    if (!m_world.arrives(answered.flight, answered.number)) return;
    Group* base = m_world.findGroup(answered.base);
    const auto source = m_sources.find(answered.base);
    if (base == nullptr || source == m_sources.end()) return;
    const auto outbox = source->second.outboxes.find(answered.flight.from.group);
    if (outbox == source->second.outboxes.end()) return;
    Outbox& out = outbox->second;
    if (out.number != answered.number || out.underWay == 0) return;
    if (!answered.taken) {
        out.underWay = 0;
        Group* index = m_world.findGroup(answered.flight.from.group);
        if (index == nullptr || !answered.leader || *answered.leader == index->leaderHint) return;
        index->leaderHint = *answered.leader;
        return goOn(*base, source->second);
    }
    out.changes.erase(out.changes.begin(),
                      out.changes.begin() + static_cast<std::ptrdiff_t>(out.underWay));
    out.underWay = 0;
    goOn(*base, source->second);
    for (const KeySpaceId index : fillingsOf(base->table))
        checkFilled(index);
}

void IndexPropagator::on(const IndexRetry& retry) {
    Group* base = m_world.findGroup(retry.base);
    const auto source = m_sources.find(retry.base);
    if (base == nullptr || source == m_sources.end()) return;
    source->second.retryQueued = false;
    for (auto& [target, outbox] : source->second.outboxes) {
        if (outbox.underWay == 0 || m_world.now - outbox.sentAt < kRetryAfter) continue;
        outbox.underWay = 0;
        Group* index = m_world.findGroup(target);
        const auto leader = index ? index->servingLeader(m_world.now) : std::nullopt;
        if (leader) {
            index->leaderHint = *leader;
        } else if (index != nullptr) {
            // Nobody is known to lead: ask the next replica, which knows or will look for one.
            index->leaderHint = ZoneIndex((index->leaderHint.value() + 1) % kZonesPerRegion);
        }
    }
    goOn(*base, source->second);
    m_shown(*base, base->indexedUpTo);  // Who has waited too long is let go.
}

void IndexPropagator::tellShown(Group& base, Source& source) {
    Lsn shown = source.taken;
    for (const auto& [target, outbox] : source.outboxes) {
        for (const Change& change : outbox.changes) {
            if (change.source == Lsn{}) continue;
            shown = std::min(shown, Lsn(change.source.value() - 1));
            break;
        }
    }
    if (shown <= base.indexedUpTo) return;
    base.indexedUpTo = shown;
    m_world.touch(base);
    m_shown(base, shown);
}

std::uint64_t IndexPropagator::behind(const Group& base) const {
    return base.committed > base.indexedUpTo ? base.committed.value() - base.indexedUpTo.value()
                                             : 0;
}

void IndexPropagator::forget(KeySpaceId space) {
    forgetFilling(space);
    for (const KeySpaceId index : fillingsOf(space))
        forgetFilling(index);
    std::erase_if(m_sources, [&](const auto& entry) {
        const Group* base = m_world.findGroup(entry.first);
        return base == nullptr || base->table == space;
    });
    for (auto& [base, source] : m_sources) {
        std::erase_if(source.outboxes, [&](const auto& entry) {
            const Group* index = m_world.findGroup(entry.first);
            return index == nullptr || index->space == space;
        });
    }
}

}  // namespace orrery::cluster
