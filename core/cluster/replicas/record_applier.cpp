#include "core/cluster/replicas/record_applier.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

namespace orrery::cluster {

// A group that is being opened cannot be served without the record. Later, only this replica stays
// behind.
void RecordApplier::reportUnreadable(storage::StorageError error) {
    if (m_isOpening)
        m_world.fail(std::move(error));
    else
        m_world.reportDamage(std::move(error));
}

bool RecordApplier::apply(Group& group, ZoneIndex zone, Lsn lsn) {
    const auto effect = m_finder.effect(group, zone, lsn);
    if (!effect) {
        reportUnreadable(effect.error());
        return false;
    }
    applyEffect(group, zone, lsn, *effect);
    return true;
}

void RecordApplier::applyEffect(Group& group, ZoneIndex zone, Lsn lsn, const RecordEffect& effect) {
    Member& member = group.member(zone);
    const table::AppliedRecord& applied = *effect.applied;
    changeTree(group, zone, applied, lsn);
    group.log.count(lsn, effect.bytes);
    member.appliedBytes += effect.bytes;
    if (lsn == group.log.countedUpTo) member.appliedBytes = group.log.committedBytes;
    member.lastCommitTimestamp = std::max(member.lastCommitTimestamp, applied.committedAt);
    RecentRecord* recent = group.log.recent.find(lsn);
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
void RecordApplier::changeTree(Group& group, ZoneIndex zone, const table::AppliedRecord& applied,
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
        // All keys are present; the counts of the last chunk advance from its position.
        if (member.copying.wholeMark && lsn > member.copying.wholeMark->applied)
            table::advance(*member.copying.wholeMark, applied, lsn);
    } else {
        table::advance(member.mark, applied, lsn);
    }
    put(group, zone, changes);
}

void RecordApplier::put(Group& group, ZoneIndex zone,
                        std::span<const storage::TreeChange> changes) {
    const Member& member = group.member(zone);
    if (m_beforeApply) m_beforeApply(group, zone, changes);
    m_world.store.apply(member.volume(), group.id, changes, member.mark);
}

EventId RecordApplier::noteApplied(Group& group, ZoneIndex zone, Lsn first, Lsn commit) {
    Member& member = group.member(zone);
    member.durable.commit = std::max(member.durable.commit, commit);
    member.durable.caughtUp = member.replica->isCaughtUp();
    group.committed = std::max(group.committed, commit);
    group.measureLag(m_world.now);
    m_saver.touch(group);
    const Lsn last = std::min(commit, member.mark.applied);
    if (first > last) return {};
    return m_world.emit(observe::LogApplied{group.ref(zone), first, last});
}

}  // namespace orrery::cluster
