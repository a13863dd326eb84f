#include "core/cluster/streams/streams.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/cluster/catalog/stored_version.h"
#include "core/storage/storage_error.h"
#include "core/table/log_record.h"

namespace orrery::cluster {

using namespace std::chrono_literals;

namespace {

//   value "stream/<table>/<creation>" := see catalog/stream_description.cpp

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
        noteImages(group, m_work.of(id));
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
    std::set<ShardName> closed;
    for (const StreamShard& shard : stream.shards)
        if (shard.end) closed.insert(shard.name());
    endAtOnce(stream);
    for (StreamShard& shard : stream.shards) {
        if (!closed.contains(shard.name()) && shard.end > shard.begin)
            shard.end = Lsn(shard.end->value() - 1);
    }
}

void Streams::endAtOnce(StreamDescription& stream) const {
    for (StreamShard& shard : stream.shards) {
        const Group* group = m_world.findGroup(shard.group);
        if (group == nullptr) continue;
        if (!shard.begin) shard.begin = group->committed;
        if (!shard.end) shard.end = group->committed;
    }
}

// Records that are uncommitted by now are lost.
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

ApiResult<Reply> Streams::update(const UpdateStream& update) {
    const StreamPtr there = m_world.catalog.streams().find(*update.stream);
    if (there == nullptr) return std::unexpected(ApiError::resourceNotFound());
    StreamDescription changed = *there;
    if (update.tags) changed.tags = *update.tags;
    if (update.policy)
        changed.policy = nextPolicy(changed.policy, *update.policy, m_world.calendar());
    UpdateStreamReply reply{share(changed)};
    if (changed == *there) return Reply(std::move(reply));
    if (m_world.plantedBug == PlantedBug::StreamTagsUnsaved) {
        m_world.catalog.putStream(share(std::move(changed)), m_world.openTicket);
    } else {
        store(std::move(changed));
    }
    return Reply(std::move(reply));
}

void Streams::drop(const StreamDescription& stream) {
    erase(stream);
    if (!m_world.catalog.streams().ofTable(stream.table).empty()) return;
    // With this turn: after a kill, no stream would name these segments. Those that this turn has
    // ordered expire too, and without the table's partitions nothing more is ordered.
    m_world.turn.expireArchive(stream.table, UINT64_MAX);
    m_ticks.erase(stream.table);
}

storage::StorageResult<void> Streams::reopen() {
    TRY_ASSIGN(const auto values, m_world.store.values(kStreamValuePrefix));
    for (const auto& [name, bytes] : values) {
        auto stream = decodeStream(bytes);
        const bool isSound = stream && stream->region.value() < m_world.regions.size() &&
                             stream->regionName == m_world.region(stream->region).name &&
                             name == valueName(stream->table, stream->createdAt);
        if (!isSound) {
            return std::unexpected(
                refusedValue(bytes, kStreamVersion, "The description of a stream (" + name + ")"));
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
            noteImages(*m_world.findGroup(id), m_work.of(id));
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

void Streams::writeArrives(Group& group) {
    Work* work = m_work.find(group.id);
    if (work == nullptr || !work->mark.isWanted) return;
    work->mark.writeFollows = true;
    advanceMark(group, work->mark);
}

void Streams::askLeader(Group& group) {
    m_replicator.wakeLeader(group);
    tickBy(group.table, m_world.now + kAskAgain);
}

void Streams::advanceMark(Group& group, Mark& mark) {
    if (mark.isProposing) return;
    const auto leader = group.servingLeader(m_world.now);
    if (!leader) return;
    const replication::Replica& replica = *group.member(*leader).replica;
    const bool isByThisLeader = mark.zone == leader && mark.term == replica.term();
    const bool isForgotten = mark.zone && m_world.plantedBug == PlantedBug::StreamMarkForgotten;
    if (!isByThisLeader && isForgotten) return;
    if (!isByThisLeader) {
        if (!replica.takesRequests(m_world.now)) return;
        if (m_world.damage || !(m_world.acceptsWrites || mark.writeFollows)) return;
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
    m_work.of(group.id).isChildTimed = false;
    for (const StreamPtr& one : m_world.catalog.streams().ofTable(group.table)) {
        const StreamShard* const last = one->lastShard(group.id);
        if (last == nullptr || last->end) continue;
        StreamDescription stream = *one;
        StreamShard& shard = stream.shards[static_cast<std::size_t>(last - one->shards.data())];
        const auto closing = closesAt(stream, shard, group);
        if (!shard.begin) shard.begin = lsn;
        if (stream.disabledAt) shard.end = lsn;
        if (closing && *closing <= m_world.calendar()) {
            StreamShard& child = stream.openChild(group.id, lsn, m_world.calendar());
            if (m_world.plantedBug == PlantedBug::ChildBeginsLate) child.begin = group.committed;
        }
        if (stream != *one) store(std::move(stream));
    }
}

bool Streams::waits(const Group& group) const {
    const Work* work = m_work.find(group.id);
    return (work != nullptr && work->mark.isWanted) || server.waits(group.id);
}

void Streams::moved(Group& group) {
    Work* work = m_work.find(group.id);
    if (work != nullptr && work->mark.isWanted) advanceMark(group, work->mark);
    // Only then, so that a read that waited knows where its shard ends.
    server.moved(group);
    if (work == nullptr) return;
    noteImages(group, *work);
    m_archiver.moved(group);
    timeChild(group, *work);
    if (work->isTimed || m_archiver.archivedTo(group) >= group.committed) return;
    work->isTimed = true;
    tickBy(group.table,
           instantOf(CalendarTime(m_world.calendar().sinceEpoch() + kStreamRetention)));
}

std::uint64_t Streams::imagesIn(const Group& group) {
    constexpr std::int64_t kRecordBytes = 256;  // Of a deletion, besides the image.
    const storage::TreeMark& mark = group.mostApplied().mark;
    return static_cast<std::uint64_t>(
        std::max<std::int64_t>(mark.itemBytes + kRecordBytes * mark.itemCount, 0));
}

void Streams::noteImages(const Group& group, Work& work) {
    const std::uint64_t images = imagesIn(group);
    m_images += images - std::exchange(work.images, images);
}

void Streams::forgetWork(GroupId group) {
    if (const Work* work = m_work.find(group)) m_images -= work->images;
    m_work.forget(group);
}

void Streams::forget(GroupId group) {
    forgetWork(group);
    m_archiver.forget(group);
    server.forget(group);
}

// --- saving

void Streams::erase(const StreamDescription& stream) {
    m_changed.erase({stream.table, stream.createdAt});
    m_world.turn.eraseValue(valueName(stream.table, stream.createdAt));
    m_world.catalog.eraseStream(stream, m_world.openTicket);
}

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
