#include "core/cluster/replicas/log_trimmer.h"

#include <algorithm>
#include <utility>

#include "core/cluster/replicas/archived_reader.h"

namespace orrery::cluster {

using replication::MemberRole;
using replication::Standing;

namespace {

constexpr std::uint64_t kPartsOnSmallDisk = 16;

bool isAtRest(const Group& group) {
    return std::ranges::any_of(group.members, [](const Member& member) {
        return member.replica && member.replica->role() == replication::Role::Leader &&
               member.replica->isAtRest();
    });
}

std::size_t terms(const Group& group) {
    std::size_t most = 0;
    for (const Member& member : group.members)
        most = std::max(most, member.durable.log.runs().size());
    return most;
}

}  // namespace

void LogTrimmer::forget(GroupId group) {
    if (const Trim* trim = m_groups.find(group)) m_heldBytes -= trim->heldBytes;
    m_groups.forget(group);
    for (const ZoneIndex zone : kZones)
        forgetOffers(group, zone);
}

void LogTrimmer::offer(const Group& group, ZoneIndex from, ZoneIndex to, Lsn begin) {
    m_offers[{group.id, to}] = {from, begin, group.log.committedBytes};
}

void LogTrimmer::forgetOffers(GroupId group, ZoneIndex from) {
    if (m_offers.empty()) return;
    for (const ZoneIndex to : kZones) {
        const auto known = m_offers.find({group, to});
        if (known != m_offers.end() && known->second.from == from) m_offers.erase(known);
    }
}

bool LogTrimmer::isAway(const Group& group, const Member& member) const {
    if (!member.replica) return true;
    const ZoneIndex zone = member.zone;
    // One cut link is enough: only the leader sends the log.
    const ZoneIndex leader = group.leaderHint;
    if (leader != zone && m_world.hasPower(group, leader) &&
        (m_world.suspects(group, leader, zone) || m_world.suspects(group, zone, leader)))
        return true;
    bool isAlone = true;
    for (const ZoneIndex other : kZones) {
        if (other == zone || !m_world.hasPower(group, other)) continue;
        if (!m_world.suspects(group, other, zone)) return false;
        isAlone = false;
    }
    return !isAlone;
}

bool LogTrimmer::isTooMuch(std::uint64_t bytes) const {
    return bytes > m_bounds.groupHeldBytesMax ||
           m_heldBytes > m_bounds.heldBytesMax - std::min(bytes, m_bounds.heldBytesMax);
}

// With little room, a log that is kept for long would leave none for clients: it may be given back
// only by a copy, or once their deletions have made room.
bool LogTrimmer::holdsTooMuch(const Group& group, const Member& member) const {
    if (!m_world.acceptsOwnWork && isAway(group, member) &&
        group.lackedBytes(member) > m_bounds.stepBytes)
        return true;
    return isTooMuch(group.lackedBytes(member)) ||
           (isAway(group, member) && terms(group) > m_bounds.heldTermsMax);
}

void LogTrimmer::hold(Trim& state, std::uint64_t bytes) {
    const std::uint64_t held = std::max(state.heldBytes, bytes);
    m_heldBytes += held - state.heldBytes;
    state.heldBytes = held;
}

// At most one replica is left behind at a time, and only while both others have a complete tree on
// disk: data that the log no longer has must exist in two copies.
bool LogTrimmer::mayLeaveBehind(const Group& group, const Member& member) const {
    if (m_world.plantedBug == PlantedBug::LeavesTwoBehind) return true;
    return std::ranges::all_of(group.members, [&](const Member& other) {
        if (&other == &member) return true;
        return other.standing() == Standing::Whole && other.copying.wholeSince <= m_treesSynced &&
               other.knownApplied().next() >= group.log.trimMark;
    });
}

Lsn LogTrimmer::offeredTo(const Group& group, const Member& member) {
    const auto offer = m_offers.find({group.id, member.zone});
    if (!member.replica || offer == m_offers.end()) return group.committed;
    const std::uint64_t since = group.log.committedBytes - offer->second.bytes;
    if (since > m_bounds.groupHeldBytesMax) return group.committed;
    // A step's worth does not count: the mark may lag behind so far in any case.
    if (since <= m_bounds.stepBytes) return offer->second.begin;
    if (isTooMuch(since)) return group.committed;
    hold(m_groups.of(group.id), since);
    return offer->second.begin;
}

Lsn LogTrimmer::neededAfter(const Group& group) {
    Lsn needed = group.committed;
    Trim& state = m_groups.of(group.id);
    m_heldBytes -= std::exchange(state.heldBytes, 0);
    for (const Member& member : group.members) {
        const bool isBelow = member.knownApplied().next() < group.log.trimMark;
        if (member.role != MemberRole::Storage) continue;
        if (member.standing() == Standing::NeedsCopy) {
            needed = std::min(needed, offeredTo(group, member));
            continue;
        }
        if (isBelow) continue;
        // A replica that lacks no more than a step of the mark is about to apply it.
        if (isAway(group, member) || group.lackedBytes(member) > m_bounds.stepBytes) {
            if (holdsTooMuch(group, member) && mayLeaveBehind(group, member)) continue;
            hold(state, group.lackedBytes(member));
        }
        needed = std::min(needed, member.knownApplied());
    }
    for (const auto& [name, cursor] : group.log.readers) {
        if (!readsFromArchive(group.log, name)) needed = std::min(needed, cursor);
    }
    return needed;
}

void LogTrimmer::move(Group& group) {
    // The version with this bug did not trim, and its repair needs complete logs.
    if (m_world.plantedBug == PlantedBug::CountersEarly) return;
    const Lsn mark = neededAfter(group).next();
    if (mark <= group.log.trimMark) return;
    std::uint64_t& bytesAtTrim = m_groups.of(group.id).bytesAtTrim;
    // Near the end of the disk, room is worth a write sooner.
    const std::uint64_t parts = m_world.room.isLimited() ? kPartsOnSmallDisk : 1;
    const bool isWorthIt =
        mark.value() - group.log.trimMark.value() >= m_bounds.stepRecords / parts ||
        group.log.committedBytes - bytesAtTrim >= m_bounds.stepBytes / parts;
    if (!isWorthIt && !isAtRest(group)) return;
    group.log.trimMark = mark;
    bytesAtTrim = group.log.committedBytes;
    for (Member& member : group.members)
        trim(group, member);
    markLeftBehind(group);
}

// A replica without power whose log ends before the mark can only recover by a copy. A replica that
// is only disconnected, or whose log differs there, learns that from the leader.
void LogTrimmer::markLeftBehind(Group& group) {
    for (Member& member : group.members) {
        if (!member.replica && member.durableLast.next() < group.log.trimMark)
            member.durable.standing = Standing::NeedsCopy;
    }
}

// Each replica's own log keeps the records that its tree lacks.
void LogTrimmer::trim(const Group& group, Member& member) {
    if (member.standing() == Standing::NeedsCopy) return;
    const Lsn first = std::min(group.log.trimMark, member.knownApplied().next());
    if (first <= member.firstKept) return;
    // The disk still has the old log and is about to restart it.
    const bool begins = member.standing() == Standing::Copying;
    if (begins && member.durable.standing != Standing::Copying) return;
    member.firstKept = first;
    m_world.turn.setTrimMark(member.volume(), group.id, first);
    member.durable.log.trimBefore(Lsn(first.value() - 1));
    if (member.replica) member.replica->trimmed(first);
}

}  // namespace orrery::cluster
