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
constexpr std::uint64_t kStepBytesLittleRoom = 64u << 10;
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
    Filling& filling = m_fillings[table.space][index];
    ++filling.partitionsLeft;
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
    for (const JobId id : m_jobs.ofSpace(JobKind::FillIndex, index)) {
        if (m_jobs.find(id)->group == base.id) return id;
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
        Cursor& cursor = m_fillings[table.space][index].cursors[base];
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
    for (const JobId id : m_jobs.ofSpace(JobKind::FillIndex, index))
        m_jobs.end(id);
    return {};
}

void IndexBackfill::save(Cursor& cursor) {
    std::string bytes;
    ByteWriter out(bytes);
    out.varint(cursor.barrier.value());
    out.sized(cursor.hasBegun ? cursor.nextKey : std::string());
    m_jobs.save(cursor.job, std::move(bytes));
    cursor.savedKey = cursor.nextKey;
    cursor.savedDone = m_jobs.find(cursor.job)->done;
    cursor.sinceSaved = 0;
}

void IndexBackfill::setBarrier(GroupId base, KeySpaceId index, Cursor& cursor, Lsn barrier) {
    cursor.barrier = barrier;
    m_sender.setBarrier(base, index, barrier);
}

IndexBackfill::Filling* IndexBackfill::find(KeySpaceId table, KeySpaceId index) {
    const auto fillings = m_fillings.find(table);
    if (fillings == m_fillings.end()) return nullptr;
    const auto filling = fillings->second.find(index);
    return filling == fillings->second.end() ? nullptr : &filling->second;
}

// A partition stays filled: its items are in the log of the index, and later changes are sent like
// those of any index.
void IndexBackfill::checkFilled(const Group& base, KeySpaceId index) {
    ++m_partitionsChecked;
    Filling* filling = find(base.table, index);
    Cursor* cursor = filling == nullptr ? nullptr : filling->find(base.id);
    if (cursor == nullptr || cursor->isFilled || !cursor->atEnd) return;
    if (m_sender.unanswered(base.id, index) > 0) return;
    // The barrier disappears with the backfill, and records below it must not be sent again.
    const auto shown = LogReader::cursorOf(base, kIndexReader);
    if (!shown || *shown < cursor->barrier) return;
    cursor->isFilled = true;
    if (--filling->partitionsLeft > 0) return;
    const KeySpaceId table = base.table;
    forgetIndex(table, index);
    m_filled(table, index);
}

void IndexBackfill::endFilling(KeySpaceId index, const Filling& filling) {
    for (const auto& [base, cursor] : filling.cursors)
        m_jobs.end(cursor.job);
    m_sender.clearBarriers(index);
}

void IndexBackfill::forgetIndex(KeySpaceId table, KeySpaceId index) {
    const Filling* filling = find(table, index);
    if (filling == nullptr) return;
    endFilling(index, *filling);
    const auto ofTable = m_fillings.find(table);
    ofTable->second.erase(index);
    if (ofTable->second.empty()) m_fillings.erase(ofTable);
}

void IndexBackfill::forgetTable(KeySpaceId table) {
    const auto ofTable = m_fillings.find(table);
    if (ofTable == m_fillings.end()) return;
    for (const auto& [index, filling] : ofTable->second)
        endFilling(index, filling);
    m_fillings.erase(ofTable);
}

void IndexBackfill::acknowledged(const Group& base) {
    const auto fillings = m_fillings.find(base.table);
    if (fillings == m_fillings.end()) return;
    std::vector<KeySpaceId> indexes;  // A filling that is complete disappears.
    for (const auto& [index, filling] : fillings->second)
        indexes.push_back(index);
    for (const KeySpaceId index : indexes)
        checkFilled(base, index);
}

void IndexBackfill::leaderLost(const Group& base) {
    const auto fillings = m_fillings.find(base.table);
    if (fillings == m_fillings.end()) return;
    for (auto& [index, filling] : fillings->second) {
        Cursor* cursor = filling.find(base.id);
        if (cursor == nullptr || cursor->isFilled) continue;
        cursor->nextKey = cursor->savedKey;
        cursor->sinceSaved = 0;
        cursor->atEnd = false;
        m_jobs.setDone(cursor->job, cursor->savedDone);
        m_jobs.wake(cursor->job, kWait);
    }
}

// --- steps

std::optional<Duration> IndexBackfill::step(JobId id) {
    const Job& job = *m_jobs.find(id);
    Group* base = m_world.findGroup(job.group);
    if (base == nullptr) return std::nullopt;
    Filling* filling = find(base->table, job.space);
    const TablePtr table = m_world.catalog.find(base->table);
    if (filling == nullptr || table == nullptr) return std::nullopt;
    const auto index = std::ranges::find(table->indexes, job.space, &SecondaryIndex::space);
    if (index == table->indexes.end()) return std::nullopt;
    Cursor* cursor = filling->find(base->id);
    if (cursor == nullptr || cursor->isFilled) return std::nullopt;
    const Progress progress = advance(*base, *table, *index, *cursor);
    if (job.isStopped) return std::nullopt;
    m_jobs.setWaitsForRoom(id, progress == Progress::WaitsForRoom);
    if (!cursor->atEnd) return progress == Progress::Moved ? Duration{} : kWait;
    checkFilled(*base, job.space);
    return std::nullopt;
}

IndexBackfill::Progress IndexBackfill::advance(Group& base, const TableDescription& table,
                                               const SecondaryIndex& index, Cursor& cursor) {
    const auto leader = base.servingLeader(m_world.now);
    if (!leader) {
        m_replicator.wakeLeader(base);
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
        m_sender.unansweredBytes(base.id) <= kUnansweredBytesMax && isItsTurn(base, index.space)) {
        progress = readSome(base, *leader, table, index, cursor);
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

bool IndexBackfill::isItsTurn(const Group& base, KeySpaceId index) {
    if (!m_world.room.isLimited()) return true;
    if (m_sender.unanswered(m_lastReader.first, m_lastReader.second) > 0) return false;
    m_lastReader = {base.id, index};
    return true;
}

IndexBackfill::Progress IndexBackfill::readSome(Group& base, ZoneIndex leader,
                                                const TableDescription& table,
                                                const SecondaryIndex& index, Cursor& cursor) {
    const std::string end = base.boundsIn(table.space).end;
    const std::uint64_t bytesMax = m_world.room.isLimited() ? kStepBytesLittleRoom : kStepBytesMax;
    std::size_t visited = 0;
    std::uint64_t bytes = 0;
    bool isCut = false;
    bool isDamaged = false;
    bool lacksRoom = false;
    const auto scanned = m_world.store.scan(
        volumeOf(base.region, leader), cursor.nextKey, end, storage::ScanDirection::Forward,
        [&](std::string_view key, std::string_view image) {
            const auto stored = table::decodeStored(key, image);
            const auto attributes =
                stored ? image.substr(stored->attributesAt) : std::string_view();
            isDamaged =
                !stored || (!table::hasChecksum(image) && !table::isImage(attributes, table.keys));
            if (isDamaged) return storage::ScanStep::Stop;
            const auto entry = table::indexEntryOf(attributes, index, table.keys);
            lacksRoom = entry && !m_world.takeRoom(RoomFor::OwnWork,
                                                   roomInAllZones(entry->attributes.size()));
            isCut = lacksRoom;
            if (lacksRoom) return storage::ScanStep::Stop;
            if (entry) m_sender.addItem(base, index.space, *entry);
            cursor.nextKey = std::string(key) + '\0';
            bytes += image.size();
            isCut = ++visited == kStepItemsMax || bytes >= bytesMax;
            return isCut ? storage::ScanStep::Stop : storage::ScanStep::Continue;
        });
    cursor.sinceSaved += visited;
    m_jobs.setDone(cursor.job, m_jobs.find(cursor.job)->done + visited);
    if (isDamaged || !scanned) {
        m_world.reportDamage(isDamaged ? damagedTree(base, leader, "An item of table " + table.name)
                                       : scanned.error());
        m_jobs.setStopped(cursor.job, true);
        return Progress::Waits;
    }
    cursor.atEnd = !isCut;
    return lacksRoom ? Progress::WaitsForRoom : Progress::Moved;
}

}  // namespace orrery::cluster
