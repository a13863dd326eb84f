#include <algorithm>
#include <iterator>

#include "core/base/result.h"
#include "core/base/zone_letter.h"
#include "core/cluster/replicas/replicator.h"
#include "core/storage/storage_error.h"

// Applies committed records to the trees of replicas, and finds the records.

namespace orrery::cluster {

using replication::LogPosition;
using replication::LsnRange;

namespace {

storage::StorageError unusable(const Group& group, ZoneIndex zone, Lsn lsn, std::string_view how) {
    return {"read a log record", storage::kCorrupted, "log.mdb",
            "Record " + std::to_string(lsn.value()) + " of partition " +
                std::to_string(group.id.value()) + " in zone " + letterOf(zone) + " is " +
                std::string(how) + " in log.mdb; " + std::string(storage::kRestoreOrRepair) + "."};
}

}  // namespace

// A group that is being opened cannot be served without the record. Later, only this replica stays
// behind.
void Replicator::stopApplying(storage::StorageError error) {
    if (m_isOpening)
        m_world.fail(std::move(error));
    else
        m_world.reportDamage(std::move(error));
}

bool Replicator::applyOne(Group& group, ZoneIndex zone, Lsn lsn) {
    const auto effect = recordEffect(group, zone, lsn);
    if (!effect) {
        stopApplying(effect.error());
        return false;
    }
    applyEffect(group, zone, lsn, *effect);
    return true;
}

storage::StorageResult<Replicator::RecordEffect> Replicator::recordEffect(Group& group,
                                                                          ZoneIndex zone, Lsn lsn) {
    const Member& member = group.member(zone);
    const replication::Term term = member.log().termAt(lsn);
    RecentRecord* recent = group.recent.find(lsn);
    if (recent != nullptr && recent->position.term != term) recent = nullptr;
    if (recent != nullptr && recent->applied)
        return RecordEffect{recent->applied, recent->bytes->size()};
    SharedBytes bytes = recent != nullptr ? recent->bytes : nullptr;
    // After an opening, only the store has it. Decoding verifies it, as `findRecord` would.
    if (bytes == nullptr && member.writing.empty())
        bytes = m_world.store.record(member.volume(), group.id, lsn).value_or(nullptr);
    auto one = bytes != nullptr ? table::decodeRecord(*bytes) : std::nullopt;
    if (!one && recent == nullptr) {
        TRY_ASSIGN(bytes, recordBytes(group, zone, lsn));
        one = table::decodeRecord(*bytes);
    }
    if (!one) return std::unexpected(unusable(group, zone, lsn, "corrupt"));
    auto applied = std::make_shared<table::AppliedRecord>(effectOf(group, *one, lsn));
    if (recent != nullptr) recent->applied = applied;
    return RecordEffect{std::move(applied), bytes->size()};
}

void Replicator::applyEffect(Group& group, ZoneIndex zone, Lsn lsn, const RecordEffect& effect) {
    Member& member = group.member(zone);
    const table::AppliedRecord& applied = *effect.applied;
    changeTree(group, zone, applied, lsn);
    if (lsn == group.countedUpTo.next()) {
        group.countedUpTo = lsn;
        group.committedBytes += effect.bytes;
    }
    member.appliedBytes += effect.bytes;
    if (lsn == group.countedUpTo) member.appliedBytes = group.committedBytes;
    member.lastCommitTimestamp = std::max(member.lastCommitTimestamp, applied.committedAt);
    RecentRecord* recent = group.recent.find(lsn);
    if (recent != nullptr && recent->applied == effect.applied)
        recent->committedAt = std::min(recent->committedAt, m_world.now);
    if (member.replica && member.replica->role() == replication::Role::Leader) {
        for (const storage::TreeChange& change : applied.changes) {
            const auto inTail = group.tail.find(change.key);
            if (inTail != group.tail.end() && inTail->second.lsn <= lsn) group.tail.erase(inTail);
        }
    }
    m_world.recorder.digest(3, group.id.value(), zone.value(), lsn.value());
}

// An incomplete tree takes only changes of keys already copied; later chunks bring the rest.
void Replicator::changeTree(Group& group, ZoneIndex zone, const table::AppliedRecord& applied,
                            Lsn lsn) {
    Member& member = group.member(zone);
    std::vector<storage::TreeChange> copied;
    std::span<const storage::TreeChange> changes = applied.changes;
    if (member.mark.copiedTo) {
        std::ranges::copy_if(changes, std::back_inserter(copied), [&](const auto& change) {
            return change.key < *member.mark.copiedTo;
        });
        changes = copied;
        member.mark.applied = lsn;
        // All keys are there, and the counts that came with the last piece go on from its place.
        if (member.wholeMark && lsn > member.wholeMark->applied)
            table::advance(*member.wholeMark, applied, lsn);
    } else {
        table::advance(member.mark, applied, lsn);
    }
    if (m_beforeApply) m_beforeApply(group, zone, changes);
    m_world.store.apply(member.volume(), group.id, changes, member.mark);
}

EventId Replicator::apply(Group& group, ZoneIndex zone, LsnRange committed) {
    if (committed.empty()) return {};
    Member& member = group.member(zone);
    const Lsn first = std::max(committed.first, member.mark.applied.next());
    if (member.mark.copiedTo) {
        applyWhileCopying(group, zone);
        if (m_world.failure) return {};
    } else if (member.standing() != replication::Standing::NeedsCopy) {
        for (Lsn lsn = first; lsn <= committed.last; lsn = lsn.next()) {
            if (!applyOne(group, zone, lsn)) return {};
        }
    }
    return noteApplied(group, zone, first, committed.last);
}

EventId Replicator::noteApplied(Group& group, ZoneIndex zone, Lsn first, Lsn commit) {
    Member& member = group.member(zone);
    member.durable.commit = std::max(member.durable.commit, commit);
    member.durable.caughtUp = member.replica->isCaughtUp();
    group.committed = std::max(group.committed, commit);
    group.measureLag(m_world.now);
    touch(group);
    const Lsn last = std::min(commit, member.mark.applied);
    if (first > last) return {};
    return m_world.emit(observe::LogApplied{group.ref(zone), first, last});
}

storage::StorageResult<SharedBytes> Replicator::findRecord(Group& group, ZoneIndex zone,
                                                           Lsn lsn) const {
    const Member& member = group.member(zone);
    const LogPosition position{member.log().termAt(lsn), lsn};
    const RecentRecord* recent = group.recent.find(lsn);
    if (recent != nullptr && recent->position == position) return recent->bytes;
    for (auto record = member.writing.rbegin(); record != member.writing.rend(); ++record) {
        if (record->position == position) return record->bytes;
    }
    auto bytes = m_world.store.record(member.volume(), group.id, lsn);
    if (bytes && (*bytes == nullptr || table::isWholeRecord(**bytes))) return bytes;
    auto error = bytes ? unusable(group, zone, lsn, "corrupt") : std::move(bytes).error();
    return sameRecord(group, zone, position, std::move(error));
}

// Equal positions mean equal records, so what one disk has lost another may still have. The damage
// is reported all the same.
storage::StorageResult<SharedBytes> Replicator::sameRecord(const Group& group, ZoneIndex zone,
                                                           LogPosition position,
                                                           storage::StorageError error) const {
    for (const Member& other : group.members) {
        const bool isSame = other.zone != zone && position.term > replication::Term{} &&
                            position.lsn <= other.durableLast &&
                            other.durable.log.lastTermBefore(position.lsn) == position.term;
        if (!isSame) continue;
        auto bytes = m_world.store.record(other.volume(), group.id, position.lsn);
        if (!bytes || *bytes == nullptr || !table::isWholeRecord(**bytes)) continue;
        m_world.reportDamage(std::move(error));
        return bytes;
    }
    return std::unexpected(std::move(error));
}

storage::StorageResult<SharedBytes> Replicator::recordBytes(Group& group, ZoneIndex zone,
                                                            Lsn lsn) const {
    TRY_ASSIGN(SharedBytes bytes, findRecord(group, zone, lsn));
    if (bytes != nullptr) return bytes;
    const LogPosition position{group.member(zone).log().termAt(lsn), lsn};
    return sameRecord(group, zone, position, unusable(group, zone, lsn, "missing"));
}

storage::StorageResult<table::LogRecord> Replicator::record(Group& group, ZoneIndex zone,
                                                            Lsn lsn) const {
    TRY_ASSIGN(const SharedBytes bytes, recordBytes(group, zone, lsn));
    auto decoded = table::decodeRecord(*bytes);
    if (!decoded) return std::unexpected(unusable(group, zone, lsn, "corrupt"));
    return *std::move(decoded);
}

table::AppliedRecord Replicator::effectOf(const Group& group, const table::LogRecord& record,
                                          Lsn lsn) {
    if (record.space == KeySpaceId{} || record.space == group.space)
        return table::applyRecord(record, lsn, *group.schema);
    table::AppliedRecord nothing;
    nothing.committedAt = record.committedAt;
    return nothing;
}

}  // namespace orrery::cluster
