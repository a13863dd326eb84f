#include "core/cluster/global/replica_sender.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/check.h"
#include "core/cluster/writes/item_versions.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {
namespace {

using namespace std::chrono_literals;

/// Records of a partition per event; the next event continues.
constexpr std::size_t kReadAtOnceMax = 1000;
/// The maximum read ahead from the log for one replica; the rest stays in the log.
constexpr std::size_t kUnansweredMax = 2000;
constexpr std::uint64_t kUnansweredBytesMax = 4u << 20;
/// How often a partition without a leader looks for one while others lack its changes.
constexpr Duration kLeaderLook = 200ms;
/// When to look again for a record that has left the log and is not in the archive yet.
constexpr Duration kArchiveLook = 100ms;

std::string readerOf(KeySpaceId destination) {
    return std::string(kReplicaReaderPrefix) + std::to_string(destination.value());
}

std::string keyIn(KeySpaceId destination, std::string_view storageKey) {
    return types::keySpaceBegin(destination) +
           std::string(storageKey.substr(types::kKeySpaceBytes));
}

/// What another Region is told of a write. `own` is the name of this one.
table::LogRecord writeFor(KeySpaceId destination, std::string_view storageKey,
                          ItemVersion version) {
    table::LogRecord write;
    write.space = destination;
    write.key = keyIn(destination, storageKey);
    write.originRegion = std::move(version.region);
    write.version = version.at;
    write.heads = std::move(version.heads);
    return write;
}

table::LogRecord writeFor(KeySpaceId destination, const table::LogRecord& record,
                          const std::string& own) {
    const std::string& region = record.originRegion.empty() ? own : record.originRegion;
    table::LogRecord write =
        writeFor(destination, record.key, {*record.version, region, record.heads});
    write.kind = record.newImage ? table::RecordKind::Put : table::RecordKind::Delete;
    write.committedAt = record.committedAt;
    write.newImage = record.newImage;
    write.newItemBytes = record.newItemBytes;
    write.base = record.base;
    if (write.base && write.base->origin.empty()) write.base->origin = own;
    return write;
}

}  // namespace

std::size_t ReplicaSender::Way::unanswered() const {
    std::size_t changes = 0;
    for (const auto& [destination, outbox] : outboxes)
        changes += outbox.unanswered();
    return changes;
}

std::uint64_t ReplicaSender::Way::unansweredBytes() const {
    std::uint64_t bytes = 0;
    for (const auto& [destination, outbox] : outboxes)
        bytes += outbox.unansweredBytes();
    return bytes;
}

// --- replicas that join and leave

// What the source of the new replica has taken of a third one, it gives to the new replica; what it
// has not, the third one sends to both.
void ReplicaSender::join(const GlobalTable& global) {
    const GlobalReplica& joined = global.replicas.back();
    for (const GlobalReplica& other : global.replicas) {
        if (other.table == joined.table) continue;
        for (const GroupId id : m_world.partitions.ofSpace(other.table)) {
            Group& group = *m_world.findGroup(id);
            const bool isSource =
                other.table == joined.source || m_world.plantedBug == PlantedBug::JoinSkipsInFlight;
            const Lsn from =
                isSource ? group.committed : takenBy(group, joined.source).value_or(Lsn{});
            m_log.registerReader(group, readerOf(joined.table), from);
        }
        for (const GroupId id : m_world.partitions.ofSpace(joined.table))
            m_log.registerReader(*m_world.findGroup(id), readerOf(other.table), Lsn{});
    }
}

void ReplicaSender::join(const GlobalTable& global, const GlobalJournal& journal) {
    for (const JournalPartition& partition : journal.partitions) {
        Group& group = *m_world.findGroup(partition.group);
        for (const GlobalReplica& replica : global.replicas)
            m_log.registerReader(group, readerOf(replica.table), Lsn{});
    }
}

void ReplicaSender::leave(const GlobalJournal& journal) {
    for (const JournalPartition& partition : journal.partitions)
        m_sources.erase(partition.group);
}

void ReplicaSender::leave(const GlobalTable& global, KeySpaceId table) {
    for (const GlobalReplica& other : global.replicas) {
        if (other.table == table) continue;
        for (const GroupId id : m_world.partitions.ofSpace(other.table)) {
            m_log.retire(*m_world.findGroup(id), readerOf(table));
            const auto known = m_sources.find(id);
            if (known == m_sources.end()) continue;
            known->second.ways.erase(table);
            noteOwed(known->second);
        }
    }
    for (const GroupId id : m_world.partitions.ofSpace(table)) {
        const auto known = m_sources.find(id);
        if (known == m_sources.end()) continue;
        m_owed -= known->second.owed;
        m_sources.erase(known);
    }
}

// In whole pages, in the log and in the tree of each zone.
void ReplicaSender::noteOwed(Source& source) {
    std::uint64_t bytes = 0;
    for (const auto& [destination, way] : source.ways)
        bytes += way.unansweredBytes() + kPageBytes * way.unanswered();
    const std::uint64_t owed = 2 * kZonesPerRegion * bytes;
    m_owed += owed - std::exchange(source.owed, owed);
}

std::optional<Lsn> ReplicaSender::takenBy(const Group& source, KeySpaceId destination) {
    return LogReader::cursorOf(source, readerOf(destination));
}

bool ReplicaSender::hasAll(const GlobalJournal& journal, KeySpaceId table) const {
    return std::ranges::all_of(journal.partitions, [&](const JournalPartition& partition) {
        const Group& group = *m_world.findGroup(partition.group);
        return takenBy(group, table).value_or(Lsn{}) >= group.committed;
    });
}

bool ReplicaSender::isDrained(const GlobalTable& global, KeySpaceId table) const {
    const auto groups = m_world.partitions.ofSpace(table);
    return std::ranges::all_of(global.replicas, [&](const GlobalReplica& other) {
        return other.table == table || std::ranges::all_of(groups, [&](GroupId id) {
                   const Group& group = *m_world.findGroup(id);
                   return takenBy(group, other.table).value_or(group.committed) >= group.committed;
               });
    });
}

// A replica with strong consistency sends nothing; its journal does.
GlobalTablePtr ReplicaSender::globalOf(const Group& source) const {
    const GlobalTableList& globals = m_world.catalog.globals();
    if (globals.size() == 0) return nullptr;
    if (source.kind == GroupKind::Journal) return globals.ofJournal(source.space);
    GlobalTablePtr global = globals.ofTable(source.table);
    return global == nullptr || global->isStrong() ? nullptr : global;
}

// --- the leader that owns a source

ReplicaSender::Source& ReplicaSender::sourceOf(Group& group) {
    Source& source = m_sources[group.id];
    changeOwner(group, source);
    return source;
}

void ReplicaSender::changeOwner(Group& group, Source& source) {
    if (group.kind == GroupKind::Journal) source.pace = ReplicaOutbox::Pace::OneByOne;
    const auto leader = group.leaseHolder(m_world.now);
    std::optional<ReplicaSenderId> owner = source.owner;
    if (leader) {
        owner = {group.id, group.regionOf(*leader), *leader, group.member(*leader).replica->term()};
    } else if (owner) {
        // A leader at rest holds no lease, but it still has its memory.
        const auto& replica = group.member(owner->zone).replica;
        const bool leads = replica && replica->role() == replication::Role::Leader &&
                           replica->term() == owner->term;
        if (!leads) owner.reset();
    }
    if (owner == source.owner) return;
    const bool hadOne = source.owner.has_value();
    source.owner = owner;
    source.ways.clear();
    if (hadOne && m_lost) m_lost(group);
}

void ReplicaSender::moved(Group& source) {
    if (globalOf(source) == nullptr) return;
    if (!m_sources.contains(source.id) && !source.leaseHolder(m_world.now)) return;
    readAndSend(source, sourceOf(source));
}

void ReplicaSender::resume() {
    if (m_world.catalog.globals().size() == 0) return;
    m_world.groups.forEach([&](Group& group) {
        if (globalOf(group) == nullptr) return;
        for (const auto& [name, cursor] : group.log.readers) {
            if (name.starts_with(kReplicaReaderPrefix) && cursor < group.committed)
                retryBy(group, m_sources[group.id], m_world.now);
        }
    });
}

// --- reading

void ReplicaSender::readAndSend(Group& source) {
    readAndSend(source, sourceOf(source));
}

void ReplicaSender::readAndSend(Group& group, Source& source) {
    const GlobalTablePtr global = globalOf(group);
    const auto leader = group.leaseHolder(m_world.now);
    if (global == nullptr) {
        if (m_shown) m_shown(group);  // Writes may have waited for a replica that is gone.
        return;
    }
    Instant next = Instant::never();
    bool isBehind = false;
    for (const GlobalReplica& replica : global->replicas) {
        const auto cursor = takenBy(group, replica.table);
        if (!cursor) continue;
        if (!leader) {
            isBehind = isBehind || *cursor < group.committed;
            continue;
        }
        const auto [way, isNew] = source.ways.try_emplace(replica.table);
        if (isNew) way->second.read = *cursor;
        next = std::min(next, read(group, *leader, replica.table, way->second));
        next = std::min(next, send(group, replica.table, way->second));
        moveCursor(group, replica.table, way->second);
    }
    if (!leader && isBehind) {
        m_replicator.wakeLeader(group);
        next = m_world.now + kLeaderLook;
    }
    noteOwed(source);
    retryBy(group, source, next);
    if (m_shown) m_shown(group);
}

Instant ReplicaSender::read(Group& group, ZoneIndex leader, KeySpaceId destination, Way& way) {
    const std::string& own = m_world.region(group.region).name;
    const auto isFull = [&] {
        return way.unanswered() >= kUnansweredMax || way.unansweredBytes() >= kUnansweredBytesMax;
    };
    // Reading continues once some changes are acknowledged.
    if (isFull()) return Instant::never();
    const Source& source = m_sources.at(group.id);
    const LogReader::End end = m_log.read(
        group, leader, way.read, kReadAtOnceMax, [&](Lsn lsn, const table::LogRecord& record) {
            const bool isOthers = group.kind != GroupKind::Journal &&
                                  record.cause == table::Cause::Replication &&
                                  m_world.plantedBug != PlantedBug::ReplicatedEchoes;
            // From before the table was global. The filling, which reads the tree after all such
            // records, sends what they left; a deletion left no tombstone.
            const bool isEarlier = !record.version;
            if (!table::changesItem(record) || isOthers || isEarlier) return LogReader::Next::Go;
            table::LogRecord write = writeFor(destination, record, own);
            if (ReplicaOutbox* outbox = outboxFor(source, way, write.key))
                outbox->addChange(lsn, std::move(write));
            return isFull() ? LogReader::Next::Stop : LogReader::Next::Go;
        });
    switch (end) {
        case LogReader::End::Bounded:
            return m_world.now;
        case LogReader::End::Unavailable:
            return m_world.now + kArchiveLook;
        case LogReader::End::AtEnd:
        case LogReader::End::Stopped:
            return Instant::never();
    }
    CHECK(false);
}

ReplicaOutbox* ReplicaSender::outboxFor(const Source& source, Way& way, std::string_view key) {
    const Group* destination = m_world.findGroup(m_world.partitions.find(key));
    if (destination == nullptr) return nullptr;
    const auto known = way.outboxes.find(destination->id);
    if (known != way.outboxes.end()) return &known->second;
    return &way.outboxes
                .try_emplace(destination->id, m_world, *source.owner, *destination, source.pace)
                .first->second;
}

Instant ReplicaSender::send(const Group& group, KeySpaceId destination, Way& way) {
    const TablePtr table = m_world.catalog.find(destination);
    if (table == nullptr) return Instant::never();
    const bool isHeld = isPaused(group, *table);
    Instant next = Instant::never();
    for (auto& [id, outbox] : way.outboxes)
        next = std::min(next, outbox.send(isHeld));
    return next;
}

bool ReplicaSender::isPaused(const Group& source, const TableDescription& destination) const {
    const auto known = m_sources.find(source.id);
    const bool isOwned = known != m_sources.end() && known->second.owner;
    const RegionId region = isOwned ? known->second.owner->region : source.region;
    return m_world.replicationPauses.has(m_world.region(region).name, destination.regionName,
                                         destination.name);
}

void ReplicaSender::moveCursor(Group& group, KeySpaceId destination, const Way& way) {
    Lsn taken = way.read;
    if (m_world.plantedBug != PlantedBug::ReplicaCursorEarly) {
        for (const auto& [id, outbox] : way.outboxes) {
            if (const auto first = outbox.firstLacking())
                taken = std::min(taken, Lsn(first->value() - 1));
        }
    }
    m_log.advance(group, readerOf(destination), taken);
}

void ReplicaSender::retryBy(const Group& group, Source& source, Instant at) {
    if (at >= source.retryAt) return;
    source.retryAt = at;
    m_world.queue.add(at, ReplicaRetry{group.id, at});
}

void ReplicaSender::addItem(Group& source, KeySpaceId destination, std::string_view storageKey,
                            const table::StoredHeader& header,
                            std::optional<std::string_view> attributes) {
    Source& from = m_sources.at(source.id);
    Way& way = from.ways.at(destination);
    const std::string& own = m_world.region(source.region).name;
    table::LogRecord write = writeFor(destination, storageKey, cluster::versionOf(header, own));
    write.kind = attributes ? table::RecordKind::Put : table::RecordKind::Delete;
    write.committedAt = header.committedAt;
    if (attributes) write.newImage.emplace(*attributes);
    write.newItemBytes = header.itemBytes;
    if (ReplicaOutbox* outbox = outboxFor(from, way, write.key)) outbox->addItem(std::move(write));
}

// --- answers and retries

void ReplicaSender::on(const ReplicaBatchAnswered& answered) {
    if (!m_world.post.arrives(answered.header, answered.number)) return;
    Group* group = m_world.findGroup(answered.source);
    const Group* destination = m_world.findGroup(answered.header.from.group);
    const auto known = m_sources.find(answered.source);
    if (group == nullptr || destination == nullptr || known == m_sources.end()) return;
    Source& source = known->second;
    changeOwner(*group, source);
    const auto way = source.ways.find(destination->table);
    if (way == source.ways.end()) return;
    const auto outbox = way->second.outboxes.find(destination->id);
    if (outbox == way->second.outboxes.end()) return;
    const bool isTaken = outbox->second.handle(answered);
    readAndSend(*group, source);
    if (isTaken && m_acknowledged) m_acknowledged(*group);
}

void ReplicaSender::on(const ReplicaRetry& retry) {
    Group* group = m_world.findGroup(retry.source);
    const auto known = m_sources.find(retry.source);
    if (group == nullptr || known == m_sources.end()) return;
    if (known->second.retryAt != retry.at) return;
    known->second.retryAt = Instant::never();
    changeOwner(*group, known->second);
    readAndSend(*group, known->second);
}

}  // namespace orrery::cluster
