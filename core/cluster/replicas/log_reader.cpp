#include "core/cluster/replicas/log_reader.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/storage/storage_error.h"
#include "core/table/log_record.h"

namespace orrery::cluster {
namespace {

// The amount to read from the archive at once: about one block of a segment.
constexpr std::uint64_t kArchiveBytes = 64u << 10;
// What one step gives, but for the last record.
constexpr std::uint64_t kStepBytesMax = 1u << 20;

storage::StorageError undecodable(const Group& group, Lsn lsn) {
    return {"read a log record", storage::kCorrupted, "log.mdb",
            "Record " + std::to_string(lsn.value()) + " of partition " +
                std::to_string(group.id.value()) + " is corrupt in log.mdb. Writes are refused; " +
                std::string(storage::kRestoreOrRepair) + "."};
}

/// Reads records one by one, from wherever they are.
class RecordSource {
public:
    RecordSource(WorldState& world, const Replicator& replicator, Group& group, ZoneIndex zone)
        : m_world(world), m_replicator(replicator), m_group(group), m_zone(zone) {}

    /// Null if no source has the record.
    storage::StorageResult<SharedBytes> bytes(Lsn lsn) {
        // What a copy replaced may differ from what was committed there.
        if (lsn < m_group.member(m_zone).firstKept) return archived(lsn);
        auto found = m_replicator.committedRecord(m_group, m_zone, lsn);
        if (!found || *found != nullptr) return found;
        return archived(lsn);
    }

private:
    storage::StorageResult<SharedBytes> archived(Lsn lsn) {
        const bool isAtHand =
            !m_archived.empty() && m_archived.front().lsn <= lsn && lsn <= m_archived.back().lsn;
        if (!isAtHand) {
            auto read = m_world.store.archived(m_group.table, m_group.id, lsn, kArchiveBytes);
            if (!read) return std::unexpected(std::move(read).error());
            m_archived = *std::move(read);
            if (m_archived.empty()) return SharedBytes();
        }
        return m_archived[lsn.value() - m_archived.front().lsn.value()].bytes;
    }

    WorldState& m_world;
    const Replicator& m_replicator;
    Group& m_group;
    const ZoneIndex m_zone;
    std::vector<storage::ArchivedRecord> m_archived;
};

}  // namespace

void LogReader::registerReader(Group& group, std::string name, Lsn cursor) {
    if (group.log.readers.try_emplace(std::move(name), cursor).second) m_replicator.touch(group);
}

void LogReader::advance(Group& group, std::string_view name, Lsn cursor) {
    const auto reader = group.log.readers.find(name);
    CHECK(reader != group.log.readers.end());
    if (cursor <= reader->second) return;
    reader->second = cursor;
    m_replicator.touch(group);
}

void LogReader::retire(Group& group, std::string_view name) {
    const auto reader = group.log.readers.find(name);
    if (reader == group.log.readers.end()) return;
    group.log.readers.erase(reader);
    m_replicator.touch(group);
}

std::optional<Lsn> LogReader::cursorOf(const Group& group, std::string_view name) {
    const auto reader = group.log.readers.find(name);
    if (reader == group.log.readers.end()) return std::nullopt;
    return reader->second;
}

std::uint64_t LogReader::unread(const Group& group, std::string_view name) {
    const Lsn cursor = cursorOf(group, name).value_or(group.committed);
    return group.committed > cursor ? group.committed.value() - cursor.value() : 0;
}

Lsn LogReader::takenByReplicas(const Group& group) {
    Lsn taken = group.committed;
    for (const auto& [name, cursor] : group.log.readers) {
        if (name.starts_with(kReplicaReaderPrefix)) taken = std::min(taken, cursor);
    }
    return taken;
}

std::optional<ZoneIndex> LogReader::otherHolder(const Group& group, ZoneIndex leader, Lsn lsn) {
    const auto holder = std::ranges::find_if(group.members, [&](const Member& member) {
        return member.zone != leader && member.standing() == replication::Standing::Whole &&
               member.firstKept <= lsn && lsn <= member.durableLast;
    });
    if (holder == group.members.end()) return std::nullopt;
    return holder->zone;
}

LogReader::End LogReader::read(Group& group, ZoneIndex zone, Lsn& position, std::size_t recordsMax,
                               const Visitor& visitor) const {
    RecordSource source(m_world, m_replicator, group, zone);
    const Lsn applied = group.member(zone).mark.applied;
    std::uint64_t stepBytes = 0;
    for (std::size_t count = 0; position < applied; ++count) {
        if (count == recordsMax || stepBytes >= kStepBytesMax) return End::Bounded;
        const Lsn lsn = position.next();
        auto bytes = source.bytes(lsn);
        if (!bytes) {
            m_world.reportDamage(std::move(bytes).error());
            return End::Unavailable;
        }
        if (*bytes == nullptr) return End::Unavailable;
        const auto record = table::decodeRecord(**bytes);
        if (!record) {
            m_world.reportDamage(undecodable(group, lsn));
            return End::Unavailable;
        }
        position = lsn;
        stepBytes += (*bytes)->size();
        if (visitor(lsn, *record) == Next::Stop) return End::Stopped;
    }
    return End::AtEnd;
}

}  // namespace orrery::cluster
