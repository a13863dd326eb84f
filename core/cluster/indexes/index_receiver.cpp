#include <algorithm>
#include <optional>

#include "core/base/check.h"
#include "core/cluster/indexes/index_propagator.h"
#include "core/cluster/writes/item_writer.h"
#include "core/table/stored_item.h"

// The side of the index partition: its leader takes batches of base records.

namespace orrery::cluster {
namespace {

/// PlantedBug::IndexCursorLate: by a few records.
void makeLate(std::optional<table::RecordSource>& source) {
    constexpr std::uint64_t kLate = 4;
    const std::uint64_t lsn = source->lsn.value();
    if (lsn > kLate) {
        source->lsn = Lsn(lsn - kLate);
    } else {
        source.reset();
    }
}

}  // namespace

void IndexPropagator::on(const IndexBatchArrives& arrived) {
    if (!m_world.arrives(arrived.flight, arrived.number)) return;
    const ZoneIndex zone = arrived.flight.to;
    Group* index = m_world.findGroup(arrived.flight.from.group);
    if (index == nullptr || !index->member(zone).replica) return;
    const replication::Replica& replica = *index->member(zone).replica;
    const IndexBatch batch{arrived.base, arrived.number, zone, {}, {}};
    m_replicator.requestLease(*index, zone);
    if (replica.takesRequests(m_world.now)) return takeBatch(*index, batch);
    if (replica.role() == replication::Role::Leader) {
        index->parkedBatches.push_back(batch);
    } else {
        answer(*index, batch, false);
    }
}

void IndexPropagator::takeBatch(Group& index, const IndexBatch& arrived) {
    const auto source = m_sources.find(arrived.base);
    if (source == m_sources.end()) return;
    const auto found = source->second.outboxes.find(index.id);
    if (found == source->second.outboxes.end() || found->second.number != arrived.number) return;
    const Outbox& outbox = found->second;

    const std::string cursorKey = table::sourceCursorKey(index.id, arrived.base);
    std::optional<Lsn> cursor;
    IndexBatch batch = arrived;
    batch.term = index.member(arrived.zone).replica->term();
    const auto inTail = index.tail.find(cursorKey);
    if (inTail != index.tail.end()) {
        cursor = table::sourceCursor(cursorKey, inTail->second.stored);
        // What was taken before and is not committed yet may still be lost.
        batch.lsn = inTail->second.lsn;
    } else {
        const auto stored = m_world.store.get(volumeOf(index.region, arrived.zone), cursorKey);
        if (!stored) return;  // The base partition will ask again.
        cursor = table::sourceCursor(cursorKey, *stored);
    }
    if (!cursor) return;

    // Taken before in the order in which they stand: an item that was there when the index was made
    // would otherwise undo a later change that is in already.
    std::size_t taken = 0;
    for (std::size_t i = 0; i < outbox.underWay; ++i) {
        const Lsn from = outbox.changes[i].source;
        if (from != Lsn{} && from <= *cursor) taken = i + 1;
    }
    for (std::size_t i = taken; i < outbox.underWay; ++i) {
        const Change& change = outbox.changes[i];
        const bool wasThere = change.source == Lsn{};
        const auto latest = latestItem(m_world, index, arrived.zone, change.record.key);
        if (!latest) return;
        batch.lsn = std::max(batch.lsn, latest->lsn);
        if (!latest->item && !change.record.newImage) continue;
        table::LogRecord record = change.record;
        if (latest->item) {
            record.oldItem =
                table::OldItem{latest->item.itemBytes,
                               table::entryChecksum(record.key, latest->item.attributes())};
        }
        // The cursor moves once all changes of a base record are in: a put may follow a delete.
        const bool last =
            i + 1 == outbox.changes.size() || outbox.changes[i + 1].source != change.source;
        if (!wasThere && last) record.source = table::RecordSource{arrived.base, change.source};
        if (record.source && m_world.plantedBug == PlantedBug::IndexCursorLate)
            makeLate(record.source);
        batch.lsn = m_replicator.propose(index, arrived.zone, std::move(record));
    }
    if (batch.lsn <= index.member(arrived.zone).mark.applied) return answer(index, batch, true);
    index.batchWaiters.push_back(batch);
}

void IndexPropagator::indexMoved(Group& index) {
    std::vector<IndexBatch> waiting = std::exchange(index.batchWaiters, {});
    for (const IndexBatch& batch : waiting) {
        const Member& member = index.member(batch.zone);
        if (!member.replica) continue;
        const bool leads = member.replica->role() == replication::Role::Leader &&
                           member.replica->term() == batch.term;
        if (!leads) {
            answer(index, batch, false);
        } else if (member.mark.applied >= batch.lsn) {
            answer(index, batch, true);
        } else {
            index.batchWaiters.push_back(batch);
        }
    }
    std::vector<IndexBatch> parked = std::exchange(index.parkedBatches, {});
    for (const IndexBatch& batch : parked) {
        const auto& replica = index.member(batch.zone).replica;
        if (!replica) continue;
        if (replica->takesRequests(m_world.now)) {
            takeBatch(index, batch);
        } else if (replica->role() == replication::Role::Leader) {
            index.parkedBatches.push_back(batch);
        } else {
            answer(index, batch, false);
        }
    }
}

void IndexPropagator::answer(const Group& index, const IndexBatch& batch, bool taken) {
    const Group* base = m_world.findGroup(batch.base);
    if (base == nullptr) return;
    const ZoneIndex home = base->servingLeader(m_world.now).value_or(base->leaderHint);
    const Flight flight{index.ref(batch.zone), home, observe::MessageKind::IndexBatchReply, 0, {}};
    IndexBatchAnswered answered{flight, batch.base, batch.number, taken, std::nullopt};
    if (const auto& replica = index.member(batch.zone).replica)
        answered.leader = replica->leaderHint();
    m_world.send(m_world.arrivalOf(flight), answered);
}

}  // namespace orrery::cluster
