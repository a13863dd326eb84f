#include "core/cluster/streams/stream_archiver.h"

#include <algorithm>

#include "core/table/log_record.h"

namespace orrery::cluster {
namespace {

constexpr std::uint64_t kPartsOnSmallDisk = 16;

replication::Term termOnDisk(const Member& member, Lsn lsn) {
    replication::LogShape log = member.durable.log;
    log.endAt(member.durableLast);
    return log.termAt(lsn);
}

/// The last committed record that a member's log on disk surely has. Logs that agree at a position
/// agree before it, and what two of three have there is what is committed there.
Lsn heldOf(const Group& group, const Member& member) {
    const Lsn last = std::min(member.durableLast, group.committed);
    const replication::Term term = termOnDisk(member, last);
    const bool isHeld =
        term != replication::Term{} && std::ranges::any_of(group.members, [&](const Member& other) {
            if (&other == &member) return false;
            if (last == group.committed && termOnDisk(other, last) == term) return true;
            return other.replica && other.replica->commitLsn() >= last &&
                   other.replica->state().log.termAt(last) == term;
        });
    return isHeld ? last : std::min(last, member.mark.applied);
}

/// The replica whose log has the most committed records from `first` on, and the last of them; null
/// if none has the first.
std::pair<const Member*, Lsn> holderOf(const Group& group, Lsn first) {
    const Member* holder = nullptr;
    Lsn last{};
    for (const Member& member : group.members) {
        const bool isWhole = member.standing() == replication::Standing::Whole;
        if (!isWhole || member.firstKept > first) continue;
        const Lsn upTo = heldOf(group, member);
        if (upTo < first || upTo <= last) continue;
        holder = &member;
        last = upTo;
    }
    return {holder, last};
}

/// The volumes of the other replicas whose logs surely have the same records.
std::vector<VolumeId> otherHolders(const Group& group, const Member& holder, Lsn first, Lsn last) {
    std::vector<VolumeId> others;
    for (const Member& member : group.members) {
        const bool isWhole = member.standing() == replication::Standing::Whole;
        if (&member == &holder || !isWhole || member.firstKept > first) continue;
        if (heldOf(group, member) >= last) others.push_back(member.volume());
    }
    return others;
}

}  // namespace

void StreamArchiver::begin(Group& group, Lsn cursor) {
    m_log.registerReader(group, std::string(kReader), cursor);
}

void StreamArchiver::retire(Group& group) {
    m_log.retire(group, kReader);
    m_orders.forget(group.id);
}

void StreamArchiver::moved(Group& group) {
    const auto cursor = LogReader::cursorOf(group, kReader);
    if (!cursor) return;
    const std::uint64_t bytes = group.log.committedBytes - m_orders.of(group.id).bytes;
    const std::uint64_t records = LogReader::unread(group, kReader);
    // Near the end of the disk a small segment still fits, and the logs soon give back the room
    // that its records have in all zones.
    const std::uint64_t parts = m_world.room.isLimited() ? kPartsOnSmallDisk : 1;
    if (bytes >= m_bounds.segmentBytes / parts || records >= m_bounds.segmentRecords)
        orderAll(group);
}

void StreamArchiver::orderAll(Group& group) {
    const auto cursor = LogReader::cursorOf(group, kReader);
    if (!cursor) return;
    Lsn archived = *cursor;
    while (archived < group.committed) {
        const auto [holder, last] = holderOf(group, archived.next());
        if (holder == nullptr) break;
        const Lsn upTo = std::min(last, group.committed);
        // Not before the commit time of the segment's last record.
        const auto until =
            static_cast<std::uint64_t>(group.lastCommitTimestamp().sinceEpoch().count());
        const Lsn first = m_world.plantedBug == PlantedBug::SegmentSkips && archived > Lsn{}
                              ? archived.next().next()
                              : archived.next();
        if (first <= upTo) {
            m_world.turn.archive({group.table, group.id, holder->volume(), first, upTo, until,
                                  otherHolders(group, *holder, first, upTo)});
            if (m_orderedIn != m_world.openTicket) m_orderedNow.clear();
            m_orderedIn = m_world.openTicket;
            m_orderedNow.emplace(group.table, group.id);
        }
        archived = upTo;
    }
    m_orders.of(group.id).bytes = group.log.committedBytes;
    m_log.advance(group, kReader, archived);
}

bool StreamArchiver::hasOrders(KeySpaceId table, GroupId group) const {
    if (m_orderedIn == m_world.openTicket && m_orderedNow.contains({table, group})) return true;
    return std::ranges::any_of(m_world.store.archiveOrders(table),
                               [&](const auto& order) { return order.group == group; });
}

bool StreamArchiver::orderedNow(KeySpaceId table) const {
    const auto first = m_orderedNow.lower_bound({table, GroupId(0)});
    return m_orderedIn == m_world.openTicket && first != m_orderedNow.end() &&
           first->first == table;
}

std::optional<CalendarTime> StreamArchiver::committedAt(Group& group, Lsn lsn) const {
    const Member* const holder = holderOf(group, lsn).first;
    if (holder == nullptr) return std::nullopt;
    const auto bytes = m_replicator.committedRecord(group, holder->zone, lsn);
    if (!bytes || *bytes == nullptr) return std::nullopt;
    const auto record = table::decodeRecord(**bytes);
    if (!record) return std::nullopt;
    return record->committedAt;
}

// Commit timestamps rise with the position. Later records do not hold those before them, so a
// stream gives room back even while it is written to.
std::optional<CalendarTime> StreamArchiver::skipExpired(Group& group, CalendarTime horizon) {
    if (!isActive(group)) return std::nullopt;
    const Lsn cursor = archivedTo(group);
    if (cursor >= group.committed) return std::nullopt;
    const auto next = committedAt(group, cursor.next());
    if (next && *next >= horizon) return next;
    Lsn expired = cursor;
    Lsn end = std::min(LogReader::takenByReplicas(group), group.committed);
    if (group.lastCommitTimestamp() < horizon) expired = std::max(expired, end);
    while (expired < end) {
        const Lsn middle(expired.value() + (end.value() - expired.value() + 1) / 2);
        const auto at = committedAt(group, middle);
        if (at && *at < horizon) {
            expired = middle;
        } else {
            end = Lsn(middle.value() - 1);
        }
    }
    m_log.advance(group, kReader, expired);
    if (expired < group.committed) return committedAt(group, expired.next());
    m_orders.of(group.id).bytes = group.log.committedBytes;
    return std::nullopt;
}

}  // namespace orrery::cluster
