#include <algorithm>

#include "core/cluster/streams/streams.h"

// Timed work of streams: retries of Configuration records, and expiry.

namespace orrery::cluster {
namespace {

/// When no replica at hand has the records of a closed shard, they are ordered after this long.
constexpr Duration kOrderAgain = std::chrono::seconds(5);
/// How often expired records that a replica in another Region lacks are looked at again.
constexpr Duration kHeldLook = std::chrono::minutes(1);

/// Where the last of these streams ends in the log of `group`.
Lsn endIn(const std::vector<StreamPtr>& streams, GroupId group) {
    Lsn end{};
    for (const StreamPtr& stream : streams) {
        for (const StreamShard& shard : stream->shards)
            if (shard.group == group && shard.end) end = std::max(end, *shard.end);
    }
    return end;
}

}  // namespace

Instant Streams::instantOf(CalendarTime time) const {
    return std::max(m_world.now, Instant(time.sinceEpoch() - m_world.calendarOffset));
}

CalendarTime Streams::horizon() const {
    return CalendarTime(m_world.calendar().sinceEpoch() - kStreamRetention);
}

void Streams::tickBy(KeySpaceId table, Instant at) {
    const auto [known, isNew] = m_ticks.try_emplace(table, at);
    if (!isNew && known->second <= at) return;
    known->second = at;
    m_world.queue.add(at, StreamTick{table, at});
}

void Streams::on(const StreamTick& tick) {
    const auto known = m_ticks.find(tick.table);
    if (known == m_ticks.end() || known->second != tick.at) return;
    m_ticks.erase(known);
    const Instant next = std::min({tendGroups(tick.table), expireShards(tick.table),
                                   expireStreams(tick.table), expireSegments(tick.table)});
    if (next != Instant::never()) tickBy(tick.table, next);
}

void Streams::calendarJumped() {
    std::vector<KeySpaceId> tables;
    for (const auto& [table, at] : m_ticks)
        tables.push_back(table);
    for (const KeySpaceId table : tables)
        tickBy(table, m_world.now);
}

Instant Streams::tendGroups(KeySpaceId table) {
    Instant next = Instant::never();
    const std::vector<StreamPtr> streams = m_world.catalog.streams().ofTable(table);
    // A closed shard needs the log no more once its records are in the archive.
    const bool isOver = std::ranges::all_of(streams, [](const StreamPtr& stream) {
        return stream->status() == StreamStatus::Disabled;
    });
    const std::map<GroupId, CalendarTime> ages = closings(table);
    for (const GroupId id : m_world.partitions.ofSpace(table)) {
        Group& group = *m_world.findGroup(id);
        Work* work = m_work.find(id);
        if (work == nullptr) continue;
        const auto closing = ages.find(id);
        work->isChildTimed = closing != ages.end();
        if (work->isChildTimed && closing->second > m_world.calendar()) {
            next = std::min(next, instantOf(closing->second));
        } else if (work->isChildTimed && !work->mark.isWanted) {
            wantMark(group);
        }
        // First, since a Configuration record may have to wait for the room that this gives.
        const auto oldest = m_archiver.skipExpired(group, horizon());
        if (work->mark.isWanted) {
            askLeader(group);
            next = std::min(next, m_world.now + kAskAgain);
            continue;
        }
        if (isOver) {
            m_archiver.orderAll(group);
            if (m_archiver.archivedTo(group) < endIn(streams, id)) {
                next = std::min(next, m_world.now + kOrderAgain);
                continue;
            }
            m_archiver.retire(group);
            forgetWork(id);
            continue;
        }
        work->isTimed = m_archiver.archivedTo(group) < group.committed;
        if (!work->isTimed) continue;
        const CalendarTime first = oldest.value_or(group.lastCommitTimestamp());
        const CalendarTime end(first.sinceEpoch() + kStreamRetention + Duration(1));
        // Many at a time.
        next = std::min(next, std::max(instantOf(end), m_world.now + kHeldLook));
    }
    return next;
}

Instant Streams::expireStreams(KeySpaceId table) {
    Instant next = Instant::never();
    for (const StreamPtr& stream : m_world.catalog.streams().ofTable(table)) {
        if (!stream->disabledAt) continue;
        const CalendarTime end(stream->disabledAt->sinceEpoch() + kStreamRetention);
        if (end > m_world.calendar() || stream->status() != StreamStatus::Disabled) {
            next = std::min(next, std::max(instantOf(end), m_world.now + kAskAgain));
            continue;
        }
        erase(*stream);
    }
    return next;
}

// The records of a closed shard are older than its child.
Instant Streams::expireShards(KeySpaceId table) {
    Instant next = Instant::never();
    for (const StreamPtr& one : m_world.catalog.streams().ofTable(table)) {
        std::set<ShardName> expired;
        for (const StreamShard& shard : one->shards) {
            if (!shard.openedAt || one->findShard(*shard.parent()) == nullptr) continue;
            const CalendarTime end(shard.openedAt->sinceEpoch() + kStreamRetention);
            if (end <= m_world.calendar()) {
                expired.insert(*shard.parent());
            } else {
                next = std::min(next, instantOf(end));
            }
        }
        if (expired.empty()) continue;
        StreamDescription stream = *one;
        std::erase_if(stream.shards,
                      [&](const StreamShard& shard) { return expired.contains(shard.name()); });
        store(std::move(stream));
    }
    return next;
}

std::optional<CalendarTime> Streams::closesAt(const StreamDescription& stream,
                                              const StreamShard& shard, const Group& group) const {
    // A shard without records is not closed.
    const bool isOpen = !stream.disabledAt && shard.begin && !shard.end;
    if (!isOpen || group.committed <= *shard.begin) return std::nullopt;
    return CalendarTime(shard.openedAt.value_or(stream.createdAt).sinceEpoch() + kShardLife);
}

std::map<GroupId, CalendarTime> Streams::closings(KeySpaceId table) const {
    std::map<GroupId, CalendarTime> closings;
    for (const StreamPtr& stream : m_world.catalog.streams().ofTable(table)) {
        for (const StreamShard& shard : stream->shards) {
            const Group* const group = m_world.findGroup(shard.group);
            if (group == nullptr) continue;
            if (const auto at = closesAt(*stream, shard, *group)) closings[group->id] = *at;
        }
    }
    return closings;
}

void Streams::timeChild(const Group& group, Work& work) {
    if (work.isChildTimed) return;
    for (const StreamPtr& stream : m_world.catalog.streams().ofTable(group.table)) {
        const StreamShard* const last = stream->lastShard(group.id);
        const auto at = last == nullptr ? std::nullopt : closesAt(*stream, *last, group);
        if (!at) continue;
        work.isChildTimed = true;
        tickBy(group.table, instantOf(*at));
    }
}

Instant Streams::expireSegments(KeySpaceId table) {
    const auto before = static_cast<std::uint64_t>(horizon().sinceEpoch().count());
    const bool isGone = m_world.catalog.streams().ofTable(table).empty();
    std::optional<std::uint64_t> first;
    std::uint64_t held = before;  // The first expired one that a replica elsewhere lacks.
    const auto note = [&](const auto& segment) {
        const std::uint64_t until = segment.until;
        if (until >= before) {
            first = std::min(first.value_or(until), until);
            return;
        }
        const Group* const group = m_world.findGroup(segment.group);
        if (group != nullptr && LogReader::takenByReplicas(*group) < segment.last)
            held = std::min(held, until);
    };
    for (const storage::ArchiveSegment& segment : m_world.store.archiveSegments(table))
        note(segment);
    for (const storage::ArchiveOrder& order : m_world.store.archiveOrders(table))
        note(order);
    m_world.turn.expireArchive(table, isGone ? UINT64_MAX : held);
    Instant next = held < before && !isGone ? m_world.now + kHeldLook : Instant::never();
    if (m_archiver.orderedNow(table) && !isGone) next = m_world.now + kAskAgain;
    if (!first || isGone) return next;
    const Duration until(static_cast<std::int64_t>(*first));
    return std::min(next, instantOf(CalendarTime(until + kStreamRetention + Duration(1))));
}

}  // namespace orrery::cluster
