#include "core/cluster/streams/streams.h"

#include <algorithm>
#include <cerrno>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/storage/storage_error.h"
#include "core/table/log_record.h"

namespace orrery::cluster {

using namespace std::chrono_literals;

namespace {

//   value "stream/<table>/<creation>" := see catalog/stream_description.cpp

/// A leader that has not committed a Configuration record is asked again after this long.
constexpr Duration kAskAgain = 200ms;
/// When no replica at hand has the records of a closed shard, they are ordered after this long.
constexpr Duration kOrderAgain = 5s;

std::string valueName(KeySpaceId table, CalendarTime createdAt) {
    return std::string(kStreamValuePrefix) + std::to_string(table.value()) + "/" +
           std::to_string(createdAt.sinceEpoch().count());
}

StreamPtr share(StreamDescription stream) {
    return std::make_shared<const StreamDescription>(std::move(stream));
}

bool isOpen(const StreamDescription& stream) {
    return !stream.disabledAt;
}

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

// --- tables

// Whole milliseconds, after every earlier stream of a table of this name.
CalendarTime Streams::creationOf(const TableDescription& table) const {
    CalendarTime at(std::chrono::floor<std::chrono::milliseconds>(m_world.calendar().sinceEpoch()));
    const StreamPtr latest =
        m_world.catalog.streams().latest(table.accountId, table.regionName, table.name);
    if (latest != nullptr) at = std::max(at, CalendarTime(latest->createdAt.sinceEpoch() + 1ms));
    return at;
}

void Streams::begin(const TableDescription& table, CalendarTime createdAt, Table which) {
    CHECK(table.stream.has_value());
    StreamDescription stream;
    stream.accountId = table.accountId;
    stream.regionName = table.regionName;
    stream.region = table.region;
    stream.tableName = table.name;
    stream.table = table.space;
    stream.view = *table.stream;
    stream.keys = table.keys;
    stream.createdAt = createdAt;
    const std::vector<GroupId> groups = m_world.partitions.ofSpace(table.space);
    for (const GroupId id : groups) {
        StreamShard shard;
        shard.group = id;
        if (which == Table::New) shard.begin = Lsn{};
        stream.shards.push_back(shard);
    }
    store(std::move(stream));
    for (const GroupId id : groups) {
        Group& group = *m_world.findGroup(id);
        m_archiver.begin(group, group.committed);
        m_work.of(id);
        if (which == Table::Existing) wantMark(group);
    }
}

void Streams::end(const TableDescription& table) {
    for (const StreamPtr& one : m_world.catalog.streams().ofTable(table.space)) {
        if (!isOpen(*one)) continue;
        StreamDescription stream = *one;
        stream.disabledAt = m_world.calendar();
        if (m_world.plantedBug == PlantedBug::StreamEndsEarly) endEarly(stream);
        store(std::move(stream));
        tickBy(table.space,
               instantOf(CalendarTime(m_world.calendar().sinceEpoch() + kStreamRetention)));
    }
    for (const GroupId id : m_world.partitions.ofSpace(table.space))
        wantMark(*m_world.findGroup(id));
}

void Streams::endEarly(StreamDescription& stream) const {
    endAtOnce(stream);
    for (StreamShard& shard : stream.shards)
        if (shard.end > shard.begin) shard.end = Lsn(shard.end->value() - 1);
}

void Streams::endAtOnce(StreamDescription& stream) const {
    for (StreamShard& shard : stream.shards) {
        const Group* group = m_world.findGroup(shard.group);
        if (group == nullptr) continue;
        if (!shard.begin) shard.begin = group->committed;
        if (!shard.end) shard.end = group->committed;
    }
}

// What is not committed by now never will be.
void Streams::tableRemoved(const TableDescription& table) {
    for (const StreamPtr& one : m_world.catalog.streams().ofTable(table.space)) {
        StreamDescription stream = *one;
        if (isOpen(stream)) stream.disabledAt = m_world.calendar();
        endAtOnce(stream);
        store(std::move(stream));
        tickBy(table.space,
               instantOf(CalendarTime(m_world.calendar().sinceEpoch() + kStreamRetention)));
    }
    for (const GroupId id : m_world.partitions.ofSpace(table.space))
        m_archiver.orderAll(*m_world.findGroup(id));
}

void Streams::drop(const StreamDescription& stream) {
    erase(stream);
    tickBy(stream.table, m_world.now);  // For its segments in the archive.
}

storage::StorageResult<void> Streams::reopen() {
    TRY_ASSIGN(const auto values, m_world.store.values(kStreamValuePrefix));
    for (const auto& [name, bytes] : values) {
        auto stream = decodeStream(bytes);
        if (!stream || stream->region.value() >= m_world.regions.size()) {
            return std::unexpected(storage::StorageError{
                "decode " + name, EPROTO, "",
                "The catalog in the data folder is corrupt (" + name +
                    "), or a newer version of Orrery wrote it; open the folder with that version, "
                    "or restore it from a backup."});
        }
        m_world.catalog.putStream(share(*std::move(stream)));
    }
    return {};
}

// New records would get the positions of archived ones.
storage::StorageResult<void> Streams::checkArchive(KeySpaceId table) const {
    for (const GroupId id : m_world.partitions.ofSpace(table)) {
        const Group& group = *m_world.findGroup(id);
        Lsn known = StreamArchiver::archivedTo(group);
        for (const Member& member : group.members)
            if (!m_archiver.isActive(group)) known = std::max(known, member.durableLast);
        if (m_world.store.archiveEnd(table, id) <= known) continue;
        return std::unexpected(storage::damagedError(
            "log.mdb", "the archive has records of partition " + std::to_string(id.value()) +
                           " that come after the end of its log"));
    }
    return {};
}

storage::StorageResult<void> Streams::resume() {
    std::set<KeySpaceId> tables;
    m_world.catalog.streams().forEach(
        [&](const StreamPtr& stream) { tables.insert(stream->table); });
    for (const KeySpaceId table : tables) {
        TRY(checkArchive(table));
        for (const GroupId id : m_world.partitions.ofSpace(table))
            m_work.of(id);
        for (const StreamPtr& stream : m_world.catalog.streams().ofTable(table)) {
            for (const StreamShard& shard : stream->shards) {
                Group* group = m_world.findGroup(shard.group);
                const bool lacksMark = !shard.begin || (stream->disabledAt && !shard.end);
                const bool isForgotten = m_world.plantedBug == PlantedBug::StreamMarkForgotten;
                if (group != nullptr && lacksMark && !isForgotten)
                    m_work.of(group->id).mark.isWanted = true;
            }
        }
        tickBy(table, m_world.now);
    }
    return {};
}

// --- Configuration records

void Streams::wantMark(Group& group) {
    Mark& mark = m_work.of(group.id).mark;
    mark = {};
    mark.isWanted = true;
    advanceMark(group, mark);
    if (mark.isWanted) askLeader(group);
}

void Streams::askLeader(Group& group) {
    if (group.member(group.leaderHint).replica) m_replicator.requestLease(group, group.leaderHint);
    tickBy(group.table, m_world.now + kAskAgain);
}

void Streams::advanceMark(Group& group, Mark& mark) {
    if (mark.isProposing) return;
    const auto leader = group.servingLeader(m_world.now);
    if (!leader) return;
    const replication::Replica& replica = *group.member(*leader).replica;
    const bool isHis = mark.zone == leader && mark.term == replica.term();
    const bool isForgotten = mark.zone && m_world.plantedBug == PlantedBug::StreamMarkForgotten;
    if (!isHis && isForgotten) return;
    if (!isHis) {
        if (!replica.takesRequests(m_world.now) || m_world.damage) return;
        table::LogRecord record;
        record.kind = table::RecordKind::Configuration;
        record.space = group.space;
        mark.zone = leader;
        mark.term = replica.term();
        mark.isProposing = true;
        mark.lsn = m_replicator.propose(group, *leader, std::move(record));
        mark.isProposing = false;
    }
    const Member& member = group.member(*leader);
    const bool isCommitted =
        member.replica && member.replica->term() == mark.term && member.mark.applied >= mark.lsn;
    if (!isCommitted) return;
    mark.isWanted = false;
    settleMark(group, mark.lsn);
}

void Streams::settleMark(const Group& group, Lsn lsn) {
    for (const StreamPtr& one : m_world.catalog.streams().ofTable(group.table)) {
        StreamDescription stream = *one;
        const auto shard = std::ranges::find(stream.shards, group.id, &StreamShard::group);
        if (shard == stream.shards.end()) continue;
        if (!shard->begin) shard->begin = lsn;
        if (stream.disabledAt && !shard->end) shard->end = lsn;
        if (stream != *one) store(std::move(stream));
    }
}

bool Streams::waits(const Group& group) const {
    const Work* work = m_work.find(group.id);
    return (work != nullptr && work->mark.isWanted) || server.waits(group.id);
}

void Streams::moved(Group& group) {
    server.moved(group);
    Work* work = m_work.find(group.id);
    if (work == nullptr) return;
    if (work->mark.isWanted) advanceMark(group, work->mark);
    m_archiver.moved(group);
    if (work->isTimed || m_archiver.archivedTo(group) >= group.committed) return;
    work->isTimed = true;
    tickBy(group.table,
           instantOf(CalendarTime(m_world.calendar().sinceEpoch() + kStreamRetention)));
}

void Streams::forget(GroupId group) {
    m_work.forget(group);
    m_archiver.forget(group);
    server.forget(group);
}

// --- time

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
    const Instant next =
        std::min({tendGroups(tick.table), expireStreams(tick.table), expireSegments(tick.table)});
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
    for (const GroupId id : m_world.partitions.ofSpace(table)) {
        Group& group = *m_world.findGroup(id);
        Work* work = m_work.find(id);
        if (work == nullptr) continue;
        if (work->mark.isWanted) {
            askLeader(group);
            next = std::min(next, m_world.now + kAskAgain);
            continue;
        }
        m_archiver.skipExpired(group, horizon());
        if (isOver) {
            m_archiver.orderAll(group);
            if (m_archiver.archivedTo(group) < endIn(streams, id)) {
                next = std::min(next, m_world.now + kOrderAgain);
                continue;
            }
            m_archiver.retire(group);
            m_work.forget(id);
            continue;
        }
        work->isTimed = m_archiver.archivedTo(group) < group.committed;
        if (!work->isTimed) continue;
        const CalendarTime last = group.lastCommitTimestamp;
        next = std::min(
            next, instantOf(CalendarTime(last.sinceEpoch() + kStreamRetention + Duration(1))));
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

void Streams::erase(const StreamDescription& stream) {
    m_changed.erase({stream.table, stream.createdAt});
    m_world.turn.eraseValue(valueName(stream.table, stream.createdAt));
    m_world.catalog.eraseStream(stream, m_world.openTicket);
}

Instant Streams::expireSegments(KeySpaceId table) {
    const auto before = static_cast<std::uint64_t>(horizon().sinceEpoch().count());
    const bool isGone = m_world.catalog.streams().ofTable(table).empty();
    std::optional<std::uint64_t> first;
    const auto note = [&](std::uint64_t until) {
        if (!isGone && until >= before) first = std::min(first.value_or(until), until);
    };
    for (const storage::ArchiveSegment& segment : m_world.store.archiveSegments(table))
        note(segment.until);
    for (const storage::ArchiveOrder& order : m_world.store.archiveOrders(table))
        note(order.until);
    m_world.turn.expireArchive(table, isGone ? UINT64_MAX : before);
    Instant next = Instant::never();
    if (m_archiver.orderedNow(table) && !isGone) next = m_world.now + kAskAgain;
    if (!first) return next;
    const Duration until(static_cast<std::int64_t>(*first));
    return std::min(next, instantOf(CalendarTime(until + kStreamRetention + Duration(1))));
}

// --- saving

void Streams::store(StreamDescription stream) {
    m_changed.emplace(stream.table, stream.createdAt);
    m_world.catalog.putStream(share(std::move(stream)), m_world.openTicket);
}

void Streams::turnEnds() {
    for (const auto& [table, createdAt] : std::exchange(m_changed, {})) {
        for (const StreamPtr& stream : m_world.catalog.streams().ofTable(table)) {
            if (stream->createdAt == createdAt)
                m_world.turn.putValue(valueName(table, createdAt), encodeStream(*stream));
        }
    }
}

}  // namespace orrery::cluster
