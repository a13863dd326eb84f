#include "core/cluster/indexes/index_backfill.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/storage/storage_error.h"
#include "core/table/image_check.h"
#include "core/table/stored_item.h"

namespace orrery::cluster {

using namespace std::chrono_literals;

namespace {

constexpr std::string_view kOldPrefix = "filling/";
constexpr std::size_t kStepItemsMax = 100;
constexpr std::uint64_t kStepBytesMax = 1u << 20;
constexpr std::size_t kUnansweredMax = 500;
constexpr std::uint64_t kUnansweredBytesMax = 2u << 20;
/// The maximum of items per base partition to read again after a kill.
constexpr std::size_t kItemsBetweenSaves = 2000;
constexpr Duration kWait = 20ms;

std::string oldPrefixOf(KeySpaceId index) {
    return std::string(kOldPrefix) + std::to_string(index.value()) + "/";
}

std::string oldValueName(KeySpaceId index, GroupId base) {
    return oldPrefixOf(index) + std::to_string(base.value());
}

}  // namespace

// --- begin, resume, end

//   cursor := barrier:varint nextKey:sized   // the key is empty until the scan has begun
//
// Earlier versions kept the same bytes in the value "filling/<index>/<base>".

IndexBackfill::IndexBackfill(WorldState& world, Replicator& replicator, Jobs& jobs,
                             IndexSender& sender)
    : m_world(world), m_replicator(replicator), m_jobs(jobs), m_sender(sender) {
    m_jobs.setWorker(JobKind::FillIndex, *this);
}

Job IndexBackfill::newJob(const TableDescription& table, KeySpaceId index,
                          const Group& base) const {
    Job job;
    job.kind = JobKind::FillIndex;
    job.space = index;
    job.group = base.id;
    const auto found = std::ranges::find(table.indexes, index, &SecondaryIndex::space);
    job.subject =
        "index " + (found == table.indexes.end() ? "" : found->name) + " of table " + table.name;
    for (const Member& member : base.members) {
        job.total =
            std::max(job.total,
                     static_cast<std::uint64_t>(std::max<std::int64_t>(member.mark.itemCount, 0)));
    }
    return job;
}

void IndexBackfill::add(const TableDescription& table, KeySpaceId index, GroupId base, JobId job) {
    const Group& group = *m_world.findGroup(base);
    Filling& filling = m_fillings[index];
    filling.table = table.space;
    Cursor& cursor = filling.cursors[base];
    cursor.job = job;
    cursor.nextKey = cursor.savedKey = group.boundsIn(table.space).begin;
    setBarrier(base, index, cursor, cursor.barrier);
    m_jobs.wake(job);
}

void IndexBackfill::begin(const TableDescription& table, KeySpaceId index) {
    for (const GroupId base : m_world.partitions.ofSpace(table.space))
        add(table, index, base, m_jobs.begin(newJob(table, index, *m_world.findGroup(base))));
}

storage::StorageResult<JobId> IndexBackfill::findJob(const TableDescription& table,
                                                     KeySpaceId index, const Group& base) {
    for (const JobId id : m_jobs.ofKind(JobKind::FillIndex)) {
        const Job& job = *m_jobs.find(id);
        if (job.space == index && job.group == base.id) return id;
    }
    Job job = newJob(table, index, base);
    TRY_ASSIGN(auto saved, m_world.store.value(oldValueName(index, base.id)));
    if (saved) {
        job.cursor = *std::move(saved);
        m_world.turn.eraseValue(oldValueName(index, base.id));
    }
    return m_jobs.begin(std::move(job));
}

storage::StorageResult<void> IndexBackfill::resume(const TableDescription& table,
                                                   KeySpaceId index) {
    for (const GroupId base : m_world.partitions.ofSpace(table.space)) {
        TRY_ASSIGN(const JobId id, findJob(table, index, *m_world.findGroup(base)));
        add(table, index, base, id);
        const Job& job = *m_jobs.find(id);
        if (job.cursor.empty()) continue;
        Cursor& cursor = m_fillings[index].cursors[base];
        ByteReader in(job.cursor);
        setBarrier(base, index, cursor, Lsn(in.varint()));
        const std::string_view nextKey = in.sized();
        cursor.hasBegun = !nextKey.empty();
        if (cursor.hasBegun) cursor.nextKey = cursor.savedKey = nextKey;
        cursor.savedDone = job.done;
        if (in.ok() && in.atEnd()) continue;
        return std::unexpected(storage::StorageError{
            "decode a job", EBADMSG, "log.mdb",
            "The progress of building an index of table " + table.name +
                " is corrupt in log.mdb; " + std::string(storage::kRestoreOrRepair) + "."});
    }
    return {};
}

storage::StorageResult<void> IndexBackfill::eraseSaved(KeySpaceId index) {
    TRY_ASSIGN(const auto saved, m_world.store.values(oldPrefixOf(index)));
    for (const auto& [name, bytes] : saved)
        m_world.turn.eraseValue(name);
    for (const JobId id : m_jobs.ofKind(JobKind::FillIndex)) {
        if (m_jobs.find(id)->space == index) m_jobs.end(id);
    }
    return {};
}

void IndexBackfill::save(Cursor& cursor) {
    Job& job = *m_jobs.find(cursor.job);
    job.cursor.clear();
    ByteWriter out(job.cursor);
    out.varint(cursor.barrier.value());
    out.sized(cursor.hasBegun ? cursor.nextKey : std::string());
    m_jobs.save(job);
    cursor.savedKey = cursor.nextKey;
    cursor.savedDone = job.done;
    cursor.sinceSaved = 0;
}

void IndexBackfill::setBarrier(GroupId base, KeySpaceId index, Cursor& cursor, Lsn barrier) {
    cursor.barrier = barrier;
    m_sender.setBarrier(base, index, barrier);
}

std::vector<KeySpaceId> IndexBackfill::fillingsOf(KeySpaceId table) const {
    std::vector<KeySpaceId> indexes;
    for (const auto& [index, filling] : m_fillings) {
        if (filling.table == table) indexes.push_back(index);
    }
    return indexes;
}

void IndexBackfill::checkFilled(KeySpaceId index) {
    const auto filling = m_fillings.find(index);
    if (filling == m_fillings.end()) return;
    for (const auto& [base, cursor] : filling->second.cursors) {
        if (!cursor.atEnd || m_sender.unanswered(base, index) > 0) return;
        // The barrier disappears with the backfill, and records below it must not be sent again.
        const auto shown = LogReader::cursorOf(*m_world.findGroup(base), kIndexReader);
        if (!shown || *shown < cursor.barrier) return;
    }
    const KeySpaceId table = filling->second.table;
    forgetFilling(index);
    m_filled(table, index);
}

void IndexBackfill::forgetFilling(KeySpaceId index) {
    const auto filling = m_fillings.find(index);
    if (filling == m_fillings.end()) return;
    for (const auto& [base, cursor] : filling->second.cursors)
        m_jobs.end(cursor.job);
    m_fillings.erase(filling);
    m_sender.clearBarriers(index);
}

void IndexBackfill::forget(KeySpaceId space) {
    forgetFilling(space);
    for (const KeySpaceId index : fillingsOf(space))
        forgetFilling(index);
}

void IndexBackfill::acknowledged(const Group& base) {
    for (const KeySpaceId index : fillingsOf(base.table))
        checkFilled(index);
}

void IndexBackfill::leaderLost(const Group& base) {
    for (auto& [index, filling] : m_fillings) {
        const auto found = filling.cursors.find(base.id);
        if (found == filling.cursors.end()) continue;
        Cursor& cursor = found->second;
        cursor.nextKey = cursor.savedKey;
        cursor.sinceSaved = 0;
        cursor.atEnd = false;
        m_jobs.find(cursor.job)->done = cursor.savedDone;
        m_jobs.wake(cursor.job, kWait);
    }
}

// --- steps

std::optional<Duration> IndexBackfill::step(JobId id) {
    const Job& job = *m_jobs.find(id);
    const KeySpaceId space = job.space;
    const auto filling = m_fillings.find(space);
    Group* base = m_world.findGroup(job.group);
    if (filling == m_fillings.end() || base == nullptr) return std::nullopt;
    const TablePtr table = m_world.catalog.find(filling->second.table);
    if (table == nullptr) return std::nullopt;
    const auto index = std::ranges::find(table->indexes, space, &SecondaryIndex::space);
    if (index == table->indexes.end()) return std::nullopt;
    Cursor& cursor = filling->second.cursors[base->id];
    const Progress progress = advance(*base, *table, *index, cursor);
    if (job.isStopped) return std::nullopt;
    if (!cursor.atEnd) return progress == Progress::Moved ? Duration{} : kWait;
    checkFilled(space);
    return std::nullopt;
}

IndexBackfill::Progress IndexBackfill::advance(Group& base, const TableDescription& table,
                                               const SecondaryIndex& index, Cursor& cursor) {
    const auto leader = base.servingLeader(m_world.now);
    if (!leader) {
        // A leader at rest holds no lease; this requests it, like any request.
        if (base.member(base.leaderHint).replica) m_replicator.requestLease(base, base.leaderHint);
        return Progress::Waits;
    }
    if (!hasBegun(base, *leader, index.space, cursor)) return Progress::Waits;
    // An item is sent after every record that was logged before it was read.
    const bool isUpToDate = m_sender.readUpToDate(base, *leader);
    // The index's log must have everything before the cursor before the store has the cursor.
    const bool isSaveDue = cursor.sinceSaved >= kItemsBetweenSaves;
    if (isSaveDue && m_sender.unanswered(base.id, index.space) == 0) save(cursor);
    Progress progress = Progress::Waits;
    if (isUpToDate && cursor.sinceSaved < kItemsBetweenSaves &&
        m_sender.unanswered(base.id) <= kUnansweredMax &&
        m_sender.unansweredBytes(base.id) <= kUnansweredBytesMax) {
        readSome(base, *leader, table, index, cursor);
        progress = Progress::Moved;
        if (m_world.plantedBug == PlantedBug::FillCursorEarly) save(cursor);
    }
    m_sender.readAndSend(base);
    return progress;
}

bool IndexBackfill::hasBegun(const Group& base, ZoneIndex leader, KeySpaceId index,
                             Cursor& cursor) {
    if (cursor.hasBegun) return true;
    const Member& member = base.member(leader);
    // Saved before any record above it is sent: a higher barrier after a restart would skip records
    // of an index that already has earlier ones. It only moves down, when the end of a log was
    // lost.
    const Lsn last = member.replica->lastPosition().lsn;
    if (last < cursor.barrier) {
        setBarrier(base.id, index, cursor, last);
        save(cursor);
    }
    if (member.mark.applied < cursor.barrier) return false;
    cursor.hasBegun = true;
    save(cursor);
    return true;
}

void IndexBackfill::readSome(Group& base, ZoneIndex leader, const TableDescription& table,
                             const SecondaryIndex& index, Cursor& cursor) {
    const std::string end = base.boundsIn(table.space).end;
    std::size_t visited = 0;
    std::uint64_t bytes = 0;
    bool isCut = false;
    bool isDamaged = false;
    const auto scanned = m_world.store.scan(
        volumeOf(base.region, leader), cursor.nextKey, end, storage::ScanDirection::Forward,
        [&](std::string_view key, std::string_view image) {
            const auto stored = table::decodeStored(key, image);
            const auto attributes =
                stored ? image.substr(stored->attributesAt) : std::string_view();
            isDamaged =
                !stored || (!table::hasChecksum(image) && !table::isImage(attributes, table.keys));
            if (isDamaged) return storage::ScanStep::Stop;
            if (const auto entry = table::indexEntryOf(attributes, index, table.keys))
                m_sender.addItem(base, index.space, *entry);
            cursor.nextKey = std::string(key) + '\0';
            bytes += image.size();
            isCut = ++visited == kStepItemsMax || bytes >= kStepBytesMax;
            return isCut ? storage::ScanStep::Stop : storage::ScanStep::Continue;
        });
    cursor.sinceSaved += visited;
    Job& job = *m_jobs.find(cursor.job);
    job.done += visited;
    if (isDamaged || !scanned) {
        m_world.reportDamage(isDamaged ? damagedTree(base, leader, "An item of table " + table.name)
                                       : scanned.error());
        job.isStopped = true;
        return;
    }
    cursor.atEnd = !isCut;
}

}  // namespace orrery::cluster
