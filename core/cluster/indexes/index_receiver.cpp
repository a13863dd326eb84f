#include "core/cluster/indexes/index_receiver.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/result.h"
#include "core/cluster/writes/item_view.h"
#include "core/table/stored_item.h"

namespace orrery::cluster {
namespace {

/// For PlantedBug::IndexCursorLate: moves it back by a few records.
void makeLate(std::optional<table::RecordSource>& source) {
    constexpr std::uint64_t kLate = 4;
    const std::uint64_t lsn = source->lsn.value();
    if (lsn > kLate) {
        source->lsn = Lsn(lsn - kLate);
    } else {
        source.reset();
    }
}

/// The number of changes, in order, that the index already has. Taking an existing item again could
/// undo a later change.
std::size_t takenBefore(const IndexBatch& batch, Lsn cursor) {
    std::size_t taken = 0;
    for (std::size_t i = 0; i < batch.changes.size(); ++i) {
        const IndexChange& change = batch.changes[i];
        if (change.origin == IndexChange::Origin::Record && change.position <= cursor)
            taken = i + 1;
    }
    return taken;
}

/// An item was read before a record that the index already has. The batch comes late, from a lost
/// leader of the base, and the item may have changed since.
bool isStale(const IndexBatch& batch, std::size_t from, Lsn cursor) {
    return std::any_of(batch.changes.begin() + static_cast<std::ptrdiff_t>(from),
                       batch.changes.end(), [&](const IndexChange& change) {
                           return change.origin == IndexChange::Origin::Item &&
                                  change.position < cursor;
                       });
}

bool isLastOfItsRecord(const IndexBatch& batch, std::size_t at) {
    return at + 1 == batch.changes.size() ||
           batch.changes[at + 1].origin != IndexChange::Origin::Record ||
           batch.changes[at + 1].position != batch.changes[at].position;
}

}  // namespace

void IndexReceiver::on(const IndexBatchArrives& arrived) {
    if (!m_post.arrives(arrived, arrived.batch->number)) return;
    const ZoneIndex zone = arrived.target;
    Group* index = m_world.findGroup(arrived.header.from.group);
    if (index == nullptr || !index->member(zone).replica) return;
    m_replicator.requestLease(*index, zone);
    admit(*index, {arrived.batch, zone, {}, {}, {}});
}

void IndexReceiver::admit(Group& index, Pending pending) {
    const replication::Replica& replica = *index.member(pending.zone).replica;
    if (replica.takesRequests(m_world.now)) return take(index, std::move(pending));
    if (replica.role() != replication::Role::Leader)
        return answer(index, pending, BatchOutcome::NotLeader);
    // Keeps only one copy of a repeated batch.
    auto& parked = m_inboxes.of(index.id).parked;
    std::erase_if(parked, [&](const Pending& one) {
        return one.zone == pending.zone && one.batch->base == pending.batch->base;
    });
    parked.push_back(std::move(pending));
}

bool IndexReceiver::waits(GroupId index) const {
    const Inbox* inbox = m_inboxes.find(index);
    return inbox != nullptr && !inbox->parked.empty();
}

storage::StorageResult<Lsn> IndexReceiver::cursorOf(const Group& index, Pending& pending) const {
    const std::string key = table::sourceCursorKey(index.id, pending.batch->base);
    SharedBytes stored;
    const auto inTail = index.tail.find(key);
    if (inTail != index.tail.end()) {
        stored = inTail->second.stored;
        // The change was taken before but is uncommitted, so it may still be lost.
        pending.lsn = inTail->second.lsn;
    } else {
        TRY_ASSIGN(stored, m_world.store.get(volumeOf(index.region, pending.zone), key));
    }
    const auto cursor = table::sourceCursor(key, stored);
    if (!cursor)
        return std::unexpected(
            damagedTree(index, pending.zone, "The position of an index in the log of its table"));
    return *cursor;
}

void IndexReceiver::take(Group& index, Pending pending) {
    const IndexBatch& batch = *pending.batch;
    pending.term = index.member(pending.zone).replica->term();
    const auto cursor = cursorOf(index, pending);
    if (!cursor) return refuseDamaged(index, pending, cursor.error());
    pending.upTo = *cursor;
    const std::size_t from = takenBefore(batch, *cursor);
    if (isStale(batch, from, *cursor)) return answer(index, pending, BatchOutcome::Stale);
    for (std::size_t i = from; i < batch.changes.size(); ++i) {
        // Its sender repeats the batch, of which the deletions before this change are taken.
        if (!hasRoom(batch.changes[i].record)) return;
        if (!propose(index, pending, i)) return;
    }
    if (pending.lsn <= index.member(pending.zone).mark.applied)
        return answer(index, pending, BatchOutcome::Taken);
    m_inboxes.of(index.id).waiting.push_back(std::move(pending));
}

bool IndexReceiver::hasRoom(const table::LogRecord& change) const {
    if (m_world.acceptsWrites) return true;
    return !change.newImage && m_world.takeRoom(RoomFor::Deletion, roomInAllZones(0));
}

bool IndexReceiver::propose(Group& index, Pending& pending, std::size_t at) {
    const IndexBatch& batch = *pending.batch;
    const IndexChange& change = batch.changes[at];
    const bool isItem = change.origin == IndexChange::Origin::Item;
    const auto latest = latestItem(m_world, index, pending.zone, change.record.key);
    if (!latest) {
        refuseDamaged(index, pending, latest.error());
        return false;
    }
    table::LogRecord record = change.record;
    if (latest->item) {
        record.oldItem = table::OldItem{
            latest->item.itemBytes, table::entryChecksum(record.key, latest->item.attributes())};
    }
    // The cursor moves once all changes of a base record are in, since a put may follow a delete.
    // It also moves for a delete without an entry, so that an item read before that is recognized
    // as stale.
    if (!isItem && isLastOfItsRecord(batch, at)) {
        record.source = table::RecordSource{batch.base, change.position};
        pending.upTo = change.position;
    }
    if (record.source && m_world.plantedBug == PlantedBug::IndexCursorLate) makeLate(record.source);
    pending.lsn = m_replicator.propose(index, pending.zone, std::move(record));
    return true;
}

void IndexReceiver::moved(Group& index) {
    Inbox* inbox = m_inboxes.find(index.id);
    if (inbox == nullptr) return;
    std::vector<Pending> waiting = std::exchange(inbox->waiting, {});
    std::vector<Pending> parked = std::exchange(inbox->parked, {});
    for (Pending& pending : waiting) {
        const Member& member = index.member(pending.zone);
        if (!member.replica) continue;
        const bool leads = member.replica->role() == replication::Role::Leader &&
                           member.replica->term() == pending.term;
        if (!leads) {
            answer(index, pending, BatchOutcome::NotLeader);
        } else if (member.mark.applied >= pending.lsn) {
            answer(index, pending, BatchOutcome::Taken);
        } else {
            inbox->waiting.push_back(std::move(pending));
        }
    }
    for (Pending& pending : parked) {
        if (index.member(pending.zone).replica) admit(index, std::move(pending));
    }
}

void IndexReceiver::refuseDamaged(const Group& index, const Pending& pending,
                                  storage::StorageError error) {
    m_world.reportDamage(std::move(error));
    answer(index, pending, BatchOutcome::Damaged);
}

void IndexReceiver::answer(const Group& index, const Pending& pending, BatchOutcome outcome) {
    const IndexBatch& batch = *pending.batch;
    const EnvelopeHeader header{
        index.ref(pending.zone), batch.sender, observe::MessageKind::IndexBatchReply, 0, {}};
    IndexBatchAnswered answered{.header = header,
                                .base = batch.base,
                                .term = batch.term,
                                .number = batch.number,
                                .outcome = outcome,
                                .upTo = pending.upTo,
                                .leader = std::nullopt,
                                .answerer = pending.zone,
                                .target = batch.sender};
    if (const auto& replica = index.member(pending.zone).replica)
        answered.leader = replica->leaderHint();
    m_post.send(answered);
}

}  // namespace orrery::cluster
