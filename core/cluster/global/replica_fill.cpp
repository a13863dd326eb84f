#include "core/cluster/global/replica_fill.h"

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/storage/storage_error.h"
#include "core/table/image_check.h"
#include "core/table/private_key.h"
#include "core/table/stored_item.h"

namespace orrery::cluster {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kStepItemsMax = 100;
constexpr std::uint64_t kStepBytesMax = 1u << 20;
constexpr std::uint64_t kStepBytesLittleRoom = 64u << 10;
constexpr std::size_t kUnansweredMax = 500;
constexpr std::uint64_t kUnansweredBytesMax = 2u << 20;
/// The maximum of items per partition to read again after a kill.
constexpr std::size_t kItemsBetweenSaves = 2000;
constexpr Duration kWait = 20ms;

/// The tombstones of a partition lie in [begin, end).
KeyBounds tombstones(GroupId group) {
    return {table::tombstoneKey(group, {}),
            table::privateKey(group, table::PrivateKind::Expiry, {})};
}

storage::StorageError corruptCursor(std::string_view subject) {
    return {"decode a job", EBADMSG, "log.mdb",
            "The progress of filling " + std::string(subject) + " is corrupt in log.mdb; " +
                std::string(storage::kRestoreOrRepair) + "."};
}

}  // namespace

// --- begin, resume, end

//   cursor := barrier:varint nextKey:sized   // 0 and empty until the fill has begun

ReplicaFill::ReplicaFill(WorldState& world, Replicator& replicator, Jobs& jobs,
                         ReplicaSender& sender)
    : m_world(world), m_replicator(replicator), m_jobs(jobs), m_sender(sender) {
    m_jobs.setWorker(JobKind::FillReplica, *this);
}

Job ReplicaFill::newJob(const TableDescription& table, const Group& source) const {
    Job job;
    job.kind = JobKind::FillReplica;
    job.space = table.space;
    job.group = source.id;
    job.subject = "the replica of table " + table.name + " in " + table.regionName;
    const std::int64_t items = source.mostApplied().mark.itemCount;
    job.total = static_cast<std::uint64_t>(std::max<std::int64_t>(items, 0));
    return job;
}

void ReplicaFill::add(KeySpaceId table, const Job& job) {
    Cursor& cursor = m_fillings[table][job.group];
    cursor.job = job.id;
    m_jobs.wake(job.id);
}

void ReplicaFill::begin(const GlobalTable& global, KeySpaceId table) {
    const TablePtr description = m_world.catalog.find(table);
    for (const GroupId source : m_world.partitions.ofSpace(global.find(table)->source)) {
        if (find(table, source) != nullptr) continue;
        const JobId job = m_jobs.begin(newJob(*description, *m_world.findGroup(source)));
        add(table, *m_jobs.find(job));
    }
}

storage::StorageResult<void> ReplicaFill::resume() {
    for (const JobId id : m_jobs.ofKind(JobKind::FillReplica)) {
        const Job& job = *m_jobs.find(id);
        if (m_world.catalog.globals().ofTable(job.space) == nullptr ||
            m_world.findGroup(job.group) == nullptr) {
            m_jobs.end(id);
            continue;
        }
        add(job.space, job);
        if (job.cursor.empty()) continue;
        Cursor& cursor = *find(job.space, job.group);
        ByteReader in(job.cursor);
        cursor.barrier = Lsn(in.varint());
        cursor.nextKey = in.sized();
        if (!in.ok() || !in.atEnd()) return std::unexpected(corruptCursor(job.subject));
        cursor.savedKey = cursor.nextKey;
        cursor.savedDone = job.done;
    }
    // A repair drops jobs that are corrupt.
    m_world.catalog.forEach([this](const TablePtr& table) {
        const GlobalTablePtr global = m_world.catalog.globals().ofTable(table->space);
        const bool isFilling =
            global != nullptr && global->find(table->space)->status == ReplicaStatus::Creating;
        if (isFilling) begin(*global, table->space);
    });
    return {};
}

void ReplicaFill::forget(KeySpaceId table) {
    const auto filling = m_fillings.find(table);
    if (filling == m_fillings.end()) return;
    for (const auto& [source, cursor] : filling->second)
        m_jobs.end(cursor.job);
    m_fillings.erase(filling);
}

ReplicaFill::Cursor* ReplicaFill::find(KeySpaceId table, GroupId source) {
    const auto filling = m_fillings.find(table);
    if (filling == m_fillings.end()) return nullptr;
    const auto cursor = filling->second.find(source);
    return cursor == filling->second.end() ? nullptr : &cursor->second;
}

void ReplicaFill::save(Cursor& cursor) {
    std::string bytes;
    ByteWriter out(bytes);
    out.varint(cursor.barrier.value());
    out.sized(cursor.nextKey);
    m_jobs.save(cursor.job, std::move(bytes));
    cursor.savedKey = cursor.nextKey;
    cursor.savedDone = m_jobs.find(cursor.job)->done;
    cursor.sinceSaved = 0;
}

void ReplicaFill::acknowledged(const Group& source) {
    std::vector<KeySpaceId> tables;  // A filling that is complete disappears.
    for (const auto& [table, cursors] : m_fillings) {
        if (cursors.contains(source.id)) tables.push_back(table);
    }
    for (const KeySpaceId table : tables) {
        Cursor& cursor = *find(table, source.id);
        checkFilled(source, table, cursor);
    }
}

// What has not been answered for yet may never have arrived. The barrier holds for the next leader
// too, since its log has everything that was committed.
void ReplicaFill::leaderLost(const Group& source) {
    for (auto& [table, cursors] : m_fillings) {
        const auto known = cursors.find(source.id);
        if (known == cursors.end() || known->second.isFilled) continue;
        Cursor& cursor = known->second;
        cursor.nextKey = cursor.savedKey;
        cursor.sinceSaved = 0;
        cursor.atEnd = false;
        m_jobs.setDone(cursor.job, cursor.savedDone);
        m_jobs.wake(cursor.job, kWait);
    }
}

// With the records up to the barrier, the replica has all that was under way when it joined.
void ReplicaFill::checkFilled(const Group& source, KeySpaceId table, Cursor& cursor) {
    if (cursor.isFilled || !cursor.atEnd || m_sender.unanswered(source.id, table) > 0) return;
    if (ReplicaSender::takenBy(source, table).value_or(Lsn{}) < cursor.barrier) return;
    cursor.isFilled = true;
    const bool isWhole = std::ranges::all_of(m_fillings.at(table),
                                             [](const auto& one) { return one.second.isFilled; });
    if (!isWhole) return;
    forget(table);
    m_filled(table);
}

// --- steps

std::optional<Duration> ReplicaFill::step(JobId id) {
    const Job& job = *m_jobs.find(id);
    const KeySpaceId table = job.space;
    Group* source = m_world.findGroup(job.group);
    Cursor* cursor = find(table, job.group);
    if (source == nullptr || cursor == nullptr || cursor->isFilled) return std::nullopt;
    const auto leader = source->servingLeader(m_world.now);
    if (!leader) {
        m_replicator.wakeLeader(*source);
        return kWait;
    }
    m_sender.readAndSend(*source);
    if (!m_sender.sends(source->id, table) || !hasBegun(*source, *leader, *cursor)) return kWait;
    if (cursor->atEnd) {
        checkFilled(*source, table, *cursor);
        // The job may have ended.
        return find(table, source->id) == nullptr ? std::nullopt : std::optional(kWait);
    }
    const bool isAnswered = m_sender.unanswered(source->id, table) == 0;
    if (cursor->sinceSaved >= kItemsBetweenSaves && isAnswered) save(*cursor);
    const bool mayRead = m_sender.unanswered(source->id, table) <= kUnansweredMax &&
                         m_sender.unansweredBytes(source->id, table) <= kUnansweredBytesMax &&
                         isItsTurn(*source, table);
    if (!mayRead || cursor->sinceSaved >= kItemsBetweenSaves) return kWait;
    const bool lacksRoom = !readSome(*source, *leader, table, *cursor);
    if (job.isStopped) return std::nullopt;
    m_jobs.setWaitsForRoom(id, lacksRoom);
    m_sender.readAndSend(*source);
    return lacksRoom ? kWait : Duration{};
}

bool ReplicaFill::isItsTurn(const Group& source, KeySpaceId table) {
    if (!m_world.room.isLimited()) return true;
    if (m_sender.unanswered(m_lastReader.first, m_lastReader.second) > 0) return false;
    m_lastReader = {source.id, table};
    return true;
}

bool ReplicaFill::hasBegun(const Group& source, ZoneIndex leader, Cursor& cursor) {
    const Member& member = source.member(leader);
    if (cursor.nextKey.empty()) {
        cursor.barrier = member.replica->lastPosition().lsn;
        cursor.nextKey = source.boundsIn(source.space).begin;
        save(cursor);
    }
    return member.mark.applied >= cursor.barrier;
}

bool ReplicaFill::readSome(Group& source, ZoneIndex leader, KeySpaceId table, Cursor& cursor) {
    const KeyBounds items = source.boundsIn(source.space);
    const KeyBounds gone = tombstones(source.id);
    const bool areItems = cursor.nextKey >= items.begin;
    std::size_t visited = 0;
    std::uint64_t bytes = 0;
    bool isCut = false;
    bool isDamaged = false;
    bool lacksRoom = false;
    std::vector<Deleted> deleted;
    const std::uint64_t bytesMax = m_world.room.isLimited() ? kStepBytesLittleRoom : kStepBytesMax;
    const auto take = [&](std::string_view key, std::string_view image) {
        const auto stored = table::decodeStored(key, image);
        const auto attributes = stored ? image.substr(stored->attributesAt) : std::string_view();
        const bool isProven = table::hasChecksum(image) || !areItems ||
                              table::isImage(attributes, source.schema->keys);
        isDamaged = !stored || !isProven;
        if (isDamaged) return storage::ScanStep::Stop;
        lacksRoom = !m_world.takeRoom(RoomFor::OwnWork, roomInAllZones(image.size()));
        isCut = lacksRoom;
        if (lacksRoom) return storage::ScanStep::Stop;
        const bool isSkipped = m_world.plantedBug == PlantedBug::ReplicaFillSkips && visited == 1;
        if (areItems && !isSkipped) {
            m_sender.addItem(source, table, key, stored->header, attributes);
        } else if (!areItems) {
            deleted.push_back({std::string(table::parsePrivateKey(key)->rest), stored->header});
        }
        cursor.nextKey = std::string(key) + '\0';
        bytes += image.size();
        isCut = ++visited == kStepItemsMax || bytes >= bytesMax;
        return isCut ? storage::ScanStep::Stop : storage::ScanStep::Continue;
    };
    auto scanned =
        m_world.store.scan(volumeOf(source.region, leader), cursor.nextKey,
                           areItems ? items.end : gone.end, storage::ScanDirection::Forward, take);
    cursor.sinceSaved += visited;
    if (areItems) m_jobs.setDone(cursor.job, m_jobs.find(cursor.job)->done + visited);
    if (scanned && !isDamaged) scanned = addDeleted(source, leader, table, deleted);
    if (isDamaged || !scanned) {
        const std::string what = areItems ? "An item" : "A deleted item";
        m_world.reportDamage(isDamaged ? damagedTree(source, leader, what) : scanned.error());
        m_jobs.setStopped(cursor.job, true);
        return true;
    }
    if (isCut) return !lacksRoom;
    if (areItems) {
        cursor.nextKey = gone.begin;
    } else {
        cursor.atEnd = true;
    }
    return true;
}

// A put while the table was not global left the tombstone where it was. It deletes nothing.
storage::StorageResult<void> ReplicaFill::addDeleted(Group& source, ZoneIndex leader,
                                                     KeySpaceId table,
                                                     const std::vector<Deleted>& deleted) {
    for (const auto& [key, header] : deleted) {
        TRY_ASSIGN(const SharedBytes item, m_world.store.get(volumeOf(source.region, leader), key));
        if (item == nullptr) m_sender.addItem(source, table, key, header, {});
    }
    return {};
}

}  // namespace orrery::cluster
