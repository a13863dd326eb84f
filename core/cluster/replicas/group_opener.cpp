#include "core/cluster/replicas/group_opener.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/result.h"
#include "core/base/zone_letter.h"
#include "core/cluster/catalog/stored_version.h"
#include "core/cluster/replicas/group_state.h"
#include "core/cluster/replicas/tree_copier.h"
#include "core/storage/storage_error.h"

namespace orrery::cluster {

using replication::LsnRange;
using replication::Replica;

namespace {

storage::StorageError trimmedLog(const Group& group) {
    return {"rebuild a partition from its log", 0, "",
            "Partition " + std::to_string(group.id.value()) +
                " shares its keys with another, and its log no longer begins "
                "with its first "
                "record; " +
                std::string(storage::kRestoreOrRepair) + "."};
}

storage::StorageError damagedState(const Group& group, std::string_view what) {
    return storage::damagedError(
        "log.mdb",
        "the state of partition " + std::to_string(group.id.value()) + " " + std::string(what));
}

storage::StorageError unreadableState(const Group& group, std::string_view bytes) {
    if (!isNewerGroupState(bytes)) return damagedState(group, "cannot be read");
    return newerValue("The state of partition " + std::to_string(group.id.value()));
}

storage::StorageError damagedMark(const Group& group, ZoneIndex zone) {
    return storage::damagedError(
        "items.mdb", "the mark of partition " + std::to_string(group.id.value()) + " in zone " +
                         letterOf(zone) + " does not match the local indexes of its table");
}

/// The mark is in items.mdb, the definitions of the indexes in log.mdb.
bool countsIndexesOf(const Group& group, const storage::TreeMark& mark) {
    return mark.localIndexes.empty() ||
           mark.localIndexes.size() == group.schema->localIndexes.size();
}

/// A log begins at the trim mark; earlier for a replica that is behind, later if it began with a
/// copy.
Lsn trimMarkOf(const Group& group) {
    Lsn mark = group.committed.next();
    for (const Member& member : group.members) {
        if (member.standing() == replication::Standing::Whole)
            mark = std::min(mark, member.firstKept);
    }
    return mark;
}

}  // namespace

storage::StorageResult<void> GroupOpener::load(Group& group) {
    TRY(loadState(group));
    stepDownAfterLoss(group);
    group.measureLag(m_world.now);  // Measured from now: the downtime is unknown.
    return {};
}

storage::StorageResult<void> GroupOpener::loadShared(Group& group) {
    TRY(loadState(group));
    for (Member& member : group.members) {
        if (member.firstKept > Lsn(1)) return std::unexpected(trimmedLog(group));
        if (member.durableLast > member.durable.commit) {
            m_world.turn.truncate(member.volume(), group.id, member.durable.commit.next());
            member.durableLast = member.durable.commit;
        }
        member.mark = {};
    }
    return {};
}

// A record whose key is wrong may look like the end of a log that does not reach that far.
storage::StorageResult<void> GroupOpener::checkEnd(const Group& group, const Member& member) const {
    if (member.durableLast <= member.firstKept) return {};
    const Lsn before(member.durableLast.value() - 1);
    TRY_ASSIGN(const SharedBytes bytes, m_world.store.record(member.volume(), group.id, before));
    if (bytes != nullptr) return {};
    return std::unexpected(damagedState(group, "does not match its log"));
}

storage::StorageResult<void> GroupOpener::loadState(Group& group) {
    TRY_ASSIGN(const auto state,
               m_world.store.groupState(group.members.front().volume(), group.id));
    GroupState states;
    if (state) {
        auto decoded = decodeGroupState(*state);
        if (!decoded) return std::unexpected(unreadableState(group, *state));
        states = std::move(*decoded);
    } else {
        states.replicas.fill(replication::DurableState::appoint(group.appointed));
    }
    group.log.readers = std::move(states.readers);
    group.log.committedBytes = *std::ranges::max_element(states.lackedBytes);
    m_trimmer.begin(group);
    replication::Term latest{};  // Of the members that name a leader.
    for (const ZoneIndex zone : kZones) {
        Member& member = group.member(zone);
        const VolumeId volume = member.volume();
        member.durable = states.replicas[zone.value()];
        TRY_ASSIGN(member.durableLast, m_world.store.lastLsn(volume, group.id));
        TRY_ASSIGN(member.mark, m_world.store.mark(volume, group.id));
        // A group that nothing was ever written to has no state.
        const Lsn last = std::max(member.durableLast, member.mark.applied);
        const bool isUnknown = last > Lsn() && !state;
        const bool lacksTerm = member.durableLast > Lsn() && member.durable.log.runs().empty();
        if (isUnknown || lacksTerm || last > replication::kLsnMax)
            return std::unexpected(damagedState(group, "does not match its log"));
        TRY_ASSIGN(const Lsn trimMark, m_world.store.trimMark(volume, group.id));
        member.firstKept = std::max(member.firstKept, trimMark);
        TRY(checkEnd(group, member));
        if (!countsIndexesOf(group, member.mark)) return std::unexpected(damagedMark(group, zone));
        if (states.lastCommitTimestamps)
            member.lastCommitTimestamp = (*states.lastCommitTimestamps)[zone.value()];
        else
            TRY(loadTimestamp(group, member));
        if (m_world.plantedBug == PlantedBug::TimestampsForgotten) member.lastCommitTimestamp = {};
        member.appliedBytes = group.log.committedBytes - states.lackedBytes[zone.value()];
        reconcileStanding(member);
        group.committed = std::max(group.committed, member.durable.commit);
        if (member.durable.leader && member.durable.term >= latest) {
            latest = member.durable.term;
            group.leaderHint = *member.durable.leader;
        }
    }
    group.log.trimMark = trimMarkOf(group);
    group.log.countedUpTo = group.committed;
    return {};
}

// A state of version 1 has no last commit timestamps; the last record of a log has it.
storage::StorageResult<void> GroupOpener::loadTimestamp(const Group& group, Member& member) const {
    const Lsn last = member.durableLast;
    if (last == Lsn{}) return {};
    TRY_ASSIGN(const SharedBytes bytes, m_world.store.record(member.volume(), group.id, last));
    const auto decoded = bytes ? table::decodeRecord(*bytes) : std::nullopt;
    if (decoded) member.lastCommitTimestamp = decoded->committedAt;
    return {};
}

// A leader sends a record before its own disk has it. If another replica has that record and the
// leader does not, the leader must not assign its position to another record in the same term.
void GroupOpener::stepDownAfterLoss(Group& group) {
    for (Member& member : group.members) {
        if (member.durable.leader != member.zone) continue;
        const bool lacks = std::ranges::any_of(group.members, [&](const Member& other) {
            if (other.durableLast <= member.durableLast) return false;
            replication::LogShape log = other.durable.log;
            log.endAt(other.durableLast);
            return log.lastPosition().term == member.durable.term;
        });
        if (lacks) member.durable.leader.reset();
    }
}

// Applies the records that were known to be committed but had not reached the trees.
void GroupOpener::replay(Group& group) {
    LackedRecords lacked;
    for (const Member& member : group.members) {
        // An incomplete tree catches up in steps.
        if (!member.replica || member.standing() != replication::Standing::Whole) continue;
        lacked[member.zone.value()] = {member.mark.applied.next(), member.replica->commitLsn()};
    }
    const std::vector<ReplayReader::Part> parts = partsToRead(lacked);
    ReplayReader reader(m_world.store, group, parts, m_helper);
    for (const auto& [zone, range] : parts) {
        for (Lsn lsn = range.first; lsn <= range.last; lsn = lsn.next()) {
            if (!replayOne(group, lsn, reader)) return;
        }
    }
    for (const ZoneIndex zone : kZones) {
        const LsnRange range = lacked[zone.value()];
        if (!range.empty()) m_applier.noteApplied(group, zone, range.first, range.last);
    }
}

// Each record is read from the log of the first replica whose tree lacks it.
std::vector<ReplayReader::Part> GroupOpener::partsToRead(const LackedRecords& lacked) {
    std::vector<ReplayReader::Part> parts;
    Lsn next(1);
    for (;;) {
        // From the next record that a tree lacks, up to where the tree of an earlier zone does.
        std::optional<ReplayReader::Part> part;
        for (const ZoneIndex zone : kZones) {
            const LsnRange& range = lacked[zone.value()];
            if (range.empty() || range.last < next) continue;
            const Lsn first = std::max(range.first, next);
            if (part && first >= part->range.first) continue;
            const Lsn before(part ? part->range.first.value() - 1 : UINT64_MAX);
            part = {zone, {first, std::min(range.last, before)}};
        }
        if (!part) return parts;
        parts.push_back(*part);
        next = part->range.last.next();
    }
}

// A position has one committed record. So the record is read, verified and decoded once for all
// trees that lack it, and they share the images in memory.
bool GroupOpener::replayOne(Group& group, Lsn lsn, ReplayReader& reader) {
    RecordEffect effect;
    replication::Term known{};
    for (const Member& member : group.members) {
        if (!member.replica || member.standing() != replication::Standing::Whole) continue;
        if (lsn != member.mark.applied.next() || lsn > member.replica->commitLsn()) continue;
        // 0 if the log no longer knows the term.
        const replication::Term term = member.replica->state().log.termAt(lsn);
        const bool isOther =
            known > replication::Term{} && term > replication::Term{} && term != known;
        if (!effect.applied || isOther) {
            auto read = this->effect(group, member.zone, lsn, reader);
            if (!read) {
                m_applier.reportUnreadable(std::move(read).error());
                return false;
            }
            effect = *std::move(read);
            known = term;
        }
        m_applier.applyEffect(group, member.zone, lsn, effect);
    }
    return true;
}

storage::StorageResult<RecordEffect> GroupOpener::effect(Group& group, ZoneIndex zone, Lsn lsn,
                                                         ReplayReader& reader) const {
    RecordEffect read = reader.effect(zone, lsn);
    if (read.applied) return read;
    return m_finder.effect(group, zone, lsn);
}

// Looks show what the replica had applied when it lost power, even if its tree had not reached the
// disk. A tree being copied shows less; its remaining chunks arrive when power returns.
storage::StorageResult<void> GroupOpener::applyWithoutPower(Group& group, ZoneIndex zone) {
    Member& member = group.member(zone);
    if (member.mark.copiedTo) return {};
    const std::uint64_t appliedBytes = member.appliedBytes;  // These records are in it.
    while (member.mark.applied < member.durable.commit) {
        const Lsn lsn = member.mark.applied.next();
        if (member.standing() == replication::Standing::NeedsCopy) {
            // No replica needs the rest of its log.
            TRY_ASSIGN(const SharedBytes bytes, m_finder.find(group, zone, lsn));
            if (bytes == nullptr) break;
        }
        if (!m_applier.apply(group, zone, lsn)) break;
    }
    member.appliedBytes = appliedBytes;
    group.measureLag(m_world.now);
    return {};
}

// A resumed leader may still commit the records above its commit LSN, so the writes it evaluates
// must see them, as before the stop. A replica that was disconnected may believe that it leads an
// earlier term; the tail is that of the latest term.
storage::StorageResult<void> GroupOpener::rebuildTail(Group& group) {
    Member* leader = nullptr;
    for (Member& one : group.members) {
        if (!one.replica || one.replica->role() != replication::Role::Leader) continue;
        if (leader == nullptr || one.replica->term() > leader->replica->term()) leader = &one;
    }
    if (leader == nullptr) return {};
    const ZoneIndex zone = leader->zone;
    const Replica& replica = *leader->replica;
    const Lsn last = replica.lastPosition().lsn;
    for (Lsn lsn = replica.commitLsn().next(); lsn <= last; lsn = lsn.next()) {
        TRY_ASSIGN(const table::LogRecord one, m_finder.record(group, zone, lsn));
        const auto applied = RecordFinder::effectOf(group, one, lsn);
        for (const storage::TreeChange& change : applied.changes)
            group.tail[change.key] = {lsn, change.image};
        leader->deletedStampMax = std::max(leader->deletedStampMax, applied.deletedStamp);
        leader->assignedTimestamp = one.committedAt;
    }
    return {};
}

}  // namespace orrery::cluster
