#include <algorithm>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/result.h"
#include "core/cluster/indexes/index_propagator.h"
#include "core/table/stored_item.h"

// Filling a new index with the items that were there before it. Items go through the same outboxes
// as changes, and a step first takes all records that its replica has applied, so that what an item
// was never arrives after what it became.

namespace orrery::cluster {

using namespace std::chrono_literals;

namespace {

constexpr std::string_view kFillingPrefix = "filling/";
constexpr std::size_t kStepItemsMax = 100;
constexpr std::size_t kWaitingMax = 500;
/// So many items at most are visited again after a kill, for each base partition.
constexpr std::size_t kItemsBetweenSaves = 2000;
constexpr Duration kWait = 20ms;

std::string prefixOf(KeySpaceId index) {
    return std::string(kFillingPrefix) + std::to_string(index.value()) + "/";
}

std::string valueName(KeySpaceId index, GroupId base) {
    return prefixOf(index) + std::to_string(base.value());
}

/// The latest term that any replica knows.
replication::Term latestTerm(const Group& group) {
    replication::Term latest{};
    for (const Member& member : group.members)
        latest = std::max(latest, member.replica ? member.replica->term() : member.durable.term);
    return latest;
}

}  // namespace

void IndexPropagator::fill(const TableDescription& table, KeySpaceId index) {
    Filling& filling = m_fillings[index];
    filling.table = table.space;
    for (const GroupId base : m_world.partitions.ofSpace(table.space)) {
        const Group& group = *m_world.findGroup(base);
        Cursor& cursor = filling.cursors[base];
        cursor.term = latestTerm(group);
        cursor.nextKey = group.boundsIn(table.space).begin;
        m_world.queue.add(m_world.now, BackfillStep{table.space, base, index});
    }
}

storage::StorageResult<void> IndexPropagator::fillFurther(const TableDescription& table,
                                                          KeySpaceId index) {
    fill(table, index);
    for (auto& [base, cursor] : m_fillings[index].cursors) {
        TRY_ASSIGN(const auto saved, m_world.store.value(valueName(index, base)));
        if (!saved) continue;
        ByteReader in(*saved);
        cursor.barrier = Lsn(in.varint());
        const std::string_view nextKey = in.sized();
        cursor.hasBegun = !nextKey.empty();
        if (cursor.hasBegun) cursor.nextKey = nextKey;
        if (!in.ok()) return std::unexpected(storage::StorageError{valueName(index, base), 0, ""});
    }
    return {};
}

storage::StorageResult<void> IndexPropagator::forgetSaved(KeySpaceId index) {
    TRY_ASSIGN(const auto saved, m_world.store.values(prefixOf(index)));
    for (const auto& [name, bytes] : saved)
        m_world.turn.eraseValue(name);
    return {};
}

void IndexPropagator::save(KeySpaceId index, GroupId base, Cursor& cursor) {
    std::string bytes;
    ByteWriter out(bytes);
    out.varint(cursor.barrier.value());
    out.sized(cursor.hasBegun ? cursor.nextKey : std::string());
    m_world.turn.putValue(valueName(index, base), std::move(bytes));
    cursor.sinceSaved = 0;
}

Lsn IndexPropagator::barrierOf(const Group& base, KeySpaceId index) const {
    const auto filling = m_fillings.find(index);
    if (filling == m_fillings.end()) return Lsn{};
    return filling->second.cursors.at(base.id).barrier;
}

bool IndexPropagator::hasBegun(const Group& base, ZoneIndex leader, KeySpaceId index,
                               Cursor& cursor) {
    if (cursor.hasBegun) return true;
    const Member& member = base.member(leader);
    const replication::Term term = member.replica->term();
    if (term < cursor.term) return false;
    // Saved before a record above it is sent: after a stop another barrier would hide records from
    // an index that has earlier ones. It only goes down, where the end of a log was lost.
    const Lsn last = member.replica->lastPosition().lsn;
    if (last < cursor.barrier) {
        cursor.barrier = last;
        save(index, base.id, cursor);
    }
    if (member.mark.applied < cursor.barrier) return false;
    cursor.hasBegun = true;
    save(index, base.id, cursor);
    return true;
}

void IndexPropagator::on(const BackfillStep& step) {
    const auto filling = m_fillings.find(step.index);
    Group* base = m_world.findGroup(step.base);
    const TablePtr table = m_world.catalog.find(step.table);
    if (filling == m_fillings.end() || base == nullptr || table == nullptr) return;
    const auto index = std::ranges::find(table->indexes, step.index, &SecondaryIndex::space);
    if (index == table->indexes.end()) return;

    Source& source = sourceOf(*base);
    Cursor& cursor = filling->second.cursors[base->id];
    const auto leader = base->servingLeader(m_world.now);
    bool hasMoved = false;
    // At rest a leader holds no lease; this is a request like any other.
    if (!leader && base->member(base->leaderHint).replica)
        m_replicator.requestLease(*base, base->leaderHint);
    if (leader && hasBegun(*base, *leader, step.index, cursor)) {
        take(*base, *leader, source);
        // What came before the cursor must be in the index's log before the cursor is in the store.
        const bool isSaveDue = cursor.sinceSaved >= kItemsBetweenSaves;
        if (isSaveDue && waiting(source, step.index) == 0) save(step.index, base->id, cursor);
        // An item goes out after all that was logged before it was read.
        const bool isUpToDate = source.taken == base->member(*leader).mark.applied;
        hasMoved = isUpToDate && cursor.sinceSaved < kItemsBetweenSaves &&
                   waiting(source) <= kWaitingMax &&
                   fillSome(*base, *leader, *table, *index, cursor);
        goOn(*base, source);
    }
    if (cursor.atEnd) return checkFilled(step.index);
    m_world.queue.add(m_world.now + (hasMoved ? Duration{} : kWait), step);
}

bool IndexPropagator::fillSome(Group& base, ZoneIndex leader, const TableDescription& table,
                               const SecondaryIndex& index, Cursor& cursor) {
    const std::string end = base.boundsIn(table.space).end;
    Source& source = sourceOf(base);
    std::size_t visited = 0;
    const auto scanned = m_world.store.scan(
        volumeOf(base.region, leader), cursor.nextKey, end, storage::ScanDirection::Forward,
        [&](std::string_view key, std::string_view image) {
            const auto stored = table::decodeStored(key, image);
            CHECK(stored.has_value());
            const auto attributes = image.substr(stored->attributesAt);
            if (const auto entry = table::indexEntryOf(attributes, index, table.keys))
                enqueue(source, Lsn{}, index.space, entry->key, &*entry);
            cursor.nextKey = std::string(key) + '\0';
            return ++visited < kStepItemsMax ? storage::ScanStep::Continue
                                             : storage::ScanStep::Stop;
        });
    cursor.sinceSaved += visited;
    cursor.atEnd = scanned.has_value() && visited < kStepItemsMax;
    return scanned.has_value();
}

void IndexPropagator::checkFilled(KeySpaceId index) {
    const auto filling = m_fillings.find(index);
    if (filling == m_fillings.end()) return;
    for (const auto& [base, cursor] : filling->second.cursors) {
        const auto source = m_sources.find(base);
        if (!cursor.atEnd || source == m_sources.end() || waiting(source->second, index) > 0)
            return;
        // The barrier is forgotten with the filling, and records below it must not come again.
        if (m_world.findGroup(base)->indexedUpTo < cursor.barrier) return;
    }
    const KeySpaceId table = filling->second.table;
    forgetFilling(index);
    m_filled(table, index);
}

std::vector<KeySpaceId> IndexPropagator::fillingsOf(KeySpaceId table) const {
    std::vector<KeySpaceId> indexes;
    for (const auto& [index, filling] : m_fillings) {
        if (filling.table == table) indexes.push_back(index);
    }
    return indexes;
}

void IndexPropagator::forgetFilling(KeySpaceId index) {
    const auto filling = m_fillings.find(index);
    if (filling == m_fillings.end()) return;
    for (const auto& [base, cursor] : filling->second.cursors)
        m_world.turn.eraseValue(valueName(index, base));
    m_fillings.erase(filling);
}

}  // namespace orrery::cluster
