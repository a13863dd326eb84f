#include "core/storage/layered_store.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/storage/storage_error.h"

namespace orrery::storage {
namespace {

using Kind = Turn::Change::Kind;

// After LMDB fails to write a meta page, it panics until it is reopened. A full disk or map leaves
// the file as it was before the turn, so a retry may succeed. An I/O error leaves unknown which
// pages are on disk: a later sync may report success for pages that were lost ("fsyncgate").
Health healthAfterLogError(const StorageError& error) {
    const bool mayPass = isLackOfRoom(error) || error.code == ENOMEM || error.code == kPanic ||
                         error.code == kMapFull || error.code == kTransactionFull;
    return mayPass ? Health::CommitFailed : Health::ReadOnly;
}

Health healthAfterFlushError(const StorageError& error) {
    if (isLackOfRoom(error)) return Health::NoRoom;
    return error.code == kPanic ? Health::CommitFailed : Health::ReadOnly;
}

Health healthAfterArchiveError(const StorageError& error) {
    return isLackOfRoom(error) ? Health::NoRoom : Health::ReadOnly;
}

}  // namespace

LayeredStore::LayeredStore(std::shared_ptr<LogMedium> log, std::shared_ptr<TreeMedium> tree,
                           std::shared_ptr<ArchiveMedium> archive, const LayeredOptions& options)
    : m_logMedium(log),
      m_treeMedium(tree),
      m_log(log, options.durability, options.failure),
      m_trees(std::move(tree), options.memtableBytesMax, options.failure),
      m_archive(std::move(archive), std::move(log), options.failure),
      m_stepsAtOnce(options.stepsAtOnce) {}

template <typename T>
StorageResult<T> LayeredStore::noted(StorageResult<T> result) const {
    if (!result && !m_damage && isDamage(result.error())) m_damage = result.error();
    return result;
}

StorageResult<void> LayeredStore::resume() {
    TRY_ASSIGN(const Unfinished unfinished, m_log.loadUnfinished());
    m_trees.resume(unfinished);
    m_log.noteTreeWritten(m_treeMedium->generation());
    m_trimSweep = {};
    return m_archive.resume();
}

StorageResult<void> LayeredStore::forgetUnwritten() {
    m_log.forgetUnwritten();
    m_trees.forgetUnwritten();
    m_archive.forgetUnwritten();
    m_archiveRows = {};
    m_trimmed.clear();
    m_heldReclaims.clear();
    m_heldTrims.clear();
    m_heldLogWork = nullptr;
    m_heldFlushWork = nullptr;
    m_health = Health::Ok;
    m_writes = true;
    m_lastError.reset();
    return resume();
}

Ticket LayeredStore::commit(Turn turn) {
    addArchiveRows(turn);
    for (const GroupId group : m_archive.seal(turn))
        holdTrims(group);
    TreeLayer::LogGrowth log;
    for (const Turn::Change& change : turn.changes()) {
        if (change.kind == Kind::DropGroup) m_trees.dropGroup(change.group);
        if (change.kind == Kind::Append) {
            ++log.records;
            log.bytes += change.bytes->size();
        }
        if (change.kind == Kind::TrimMark) m_trimmed.emplace_back(change.volume, change.group);
    }
    std::vector<DroppedRange> drops = m_trees.takeDrops();
    if (!turn.empty() || !drops.empty())
        m_log.add(std::move(turn), std::move(drops), m_trees.takeDropsDone());
    m_trees.endTurn(m_log.last(), log);
    m_archive.endTurn(m_log.last());
    runDeferred(m_stepsAtOnce);
    return m_log.last();
}

bool LayeredStore::runDeferred(std::size_t stepsMax) {
    std::size_t left = stepsMax;
    left -= m_log.forgetWritten(left);
    left -= m_trees.visitFlushedMarks(left, [&](VolumeId volume, GroupId group, const auto& mark) {
        noteTreeApplied(volume, group, mark.applied);
    });
    for (; left > 0 && !m_trimmed.empty(); --left) {
        const auto [volume, group] = m_trimmed.front();
        m_trimmed.pop_front();
        // If unknown, the next flush reports it.
        const auto applied = m_trees.appliedOnDisk(volume, group);
        if (applied || m_archive.holds(group))
            noteTreeApplied(volume, group, applied.value_or(Lsn(0)));
    }
    m_trees.freeFlushed(left);
    return m_log.hasWrittenToForget() || m_trees.hasFlushedMarks() || !m_trimmed.empty() ||
           m_trees.hasFlushedToFree();
}

std::unique_ptr<Work> LayeredStore::takeLogWork() {
    const bool isWell = m_health == Health::Ok || m_health == Health::NoRoom;
    if (!isWell || !m_writes || m_log.workIsOut()) return nullptr;
    if (auto work = m_log.takeWork()) return work;
    if (m_trimSweep.isDone) return nullptr;
    sweepTrims();
    auto work = m_log.takeWork();
    return work || m_trimSweep.isDone ? std::move(work) : m_log.takeEmptyWork();
}

// Finds logs whose trimmed records a kill left behind. Runs when idle, a few logs at a time.
void LayeredStore::sweepTrims() {
    constexpr std::size_t kLogsPerStep = 128;
    const auto found = noted(m_logMedium->untrimmed(m_trimSweep, kLogsPerStep));
    if (!found) {
        m_trimSweep.isDone = true;
        return;
    }
    for (const auto& [group, volume] : *found) {
        if (const auto applied = m_trees.appliedOnDisk(volume, group))
            noteTreeApplied(volume, group, *applied);
    }
}

void LayeredStore::finishLogWork(std::unique_ptr<Work> work) {
    // Enlarging the log moves its map. A running flush may be writing there, and the archive
    // reading. A held flush has ended.
    const bool flushIsOut = m_trees.workIsOut() && m_heldFlushWork == nullptr;
    if ((flushIsOut || m_archive.workIsOut()) && LogLayer::needsLargerMap(*work)) {
        m_heldLogWork = std::move(work);
        return;
    }
    const StorageResult<void> result = m_log.finish(std::move(work));
    if (!result) fail(healthAfterLogError(result.error()), result.error());
    m_archive.noteWritten(m_log.written());
    runDeferred(m_stepsAtOnce);
    reclaimReleased();
    if (m_heldFlushWork != nullptr) finishFlushWork(std::move(m_heldFlushWork));
}

StorageResult<SharedBytes> LayeredStore::record(VolumeId volume, GroupId group, Lsn lsn) const {
    return noted(m_log.record(volume, group, lsn));
}

StorageResult<Lsn> LayeredStore::lastLsn(VolumeId volume, GroupId group) const {
    return noted(m_log.lastLsn(volume, group));
}

StorageResult<std::optional<std::string>> LayeredStore::groupState(VolumeId volume,
                                                                   GroupId group) const {
    return noted(m_log.groupState(volume, group));
}

StorageResult<Lsn> LayeredStore::trimMark(VolumeId volume, GroupId group) const {
    return noted(m_log.trimMark(volume, group));
}

StorageResult<std::optional<std::string>> LayeredStore::value(std::string_view name) const {
    return noted(m_log.value(name));
}

StorageResult<std::vector<std::pair<std::string, std::string>>> LayeredStore::values(
    std::string_view prefix) const {
    return noted(m_log.values(prefix));
}

StorageResult<std::vector<ArchivedRecord>> LayeredStore::archived(KeySpaceId table, GroupId group,
                                                                  Lsn from,
                                                                  std::uint64_t bytesMax) const {
    return m_archive.read(table, group, from, bytesMax);
}

std::vector<ArchiveSegment> LayeredStore::archiveSegments(KeySpaceId table) const {
    return m_archive.segments(table);
}

void LayeredStore::apply(VolumeId volume, GroupId group, std::span<const TreeChange> changes,
                         const TreeMark& mark) {
    m_trees.apply(volume, group, changes, mark);
}

StorageResult<TreeMark> LayeredStore::mark(VolumeId volume, GroupId group) const {
    return noted(m_trees.mark(volume, group));
}

StorageResult<SharedBytes> LayeredStore::get(VolumeId volume, std::string_view key) const {
    return noted(m_trees.get(volume, key));
}

StorageResult<void> LayeredStore::scan(VolumeId volume, std::string_view begin,
                                       std::string_view end, ScanDirection direction,
                                       const ScanVisitor& visitor) const {
    return noted(m_trees.scan(volume, {std::string(begin), std::string(end)}, direction, visitor));
}

std::uint64_t LayeredStore::dropRange(std::string begin, std::string end) {
    return m_trees.dropRange({std::move(begin), std::move(end)});
}

std::uint64_t LayeredStore::firstRangeLeft() const {
    return m_trees.firstDropLeft();
}

std::uint64_t LayeredStore::droppedKeysLeft() const {
    return m_trees.droppedKeysLeft() + m_log.droppedGroupsLeft();
}

Ticket LayeredStore::treesSynced() const {
    return m_trees.flushedTurn();
}

std::unique_ptr<Work> LayeredStore::takeFlushWork(bool force) {
    if (m_health != Health::Ok || !m_writes || m_archive.workIsOut()) return nullptr;
    if (auto work = m_trees.takeWork(force, m_log.written())) return work;
    if (m_trees.workIsOut()) return nullptr;
    // A segment waits, and its records in the logs, rather than take the room that deletions need.
    constexpr std::uint64_t kRoomForAny = 12u << 20;
    constexpr std::uint64_t kLeftBySegment = 1u << 20;
    const std::uint64_t growth = m_logMedium->growthBytes();
    return m_archive.takeWork(growth >= kRoomForAny ? UINT64_MAX
                                                    : growth - std::min(growth, kLeftBySegment));
}

void LayeredStore::finishFlushWork(std::unique_ptr<Work> work) {
    CHECK(work != nullptr);
    if (ArchiveLayer::isArchiveWork(*work)) return finishArchiveWork(std::move(work));
    // A flush writes to the log too, so it may find the log's map full.
    const bool logWorkIsOut = m_log.workIsOut() && m_heldLogWork == nullptr;
    if (logWorkIsOut && TreeLayer::needsLargerMap(*work, m_logMedium->path())) {
        m_heldFlushWork = std::move(work);
        return;
    }
    const StorageResult<void> result = m_trees.finish(std::move(work));
    // On lack of room, the memtable and its reads stay as they are until there is room. After any
    // other error it cannot be emptied again, so no later write is accepted.
    if (!result) fail(healthAfterFlushError(result.error()), result.error());
    m_log.noteTreeWritten(m_treeMedium->generation());
    for (const GroupId group : m_trees.takeUnmarkedGroups())
        m_heldReclaims.push_back(group);
    runDeferred(m_stepsAtOnce);
    reclaimReleased();
    if (m_heldLogWork != nullptr) finishLogWork(std::move(m_heldLogWork));
}

// The rows wait for the next turn: a ticket of their own would come before that of the open turn,
// which its owner already knows.
void LayeredStore::finishArchiveWork(std::unique_ptr<Work> work) {
    const StorageResult<void> result = m_archive.finish(std::move(work), m_archiveRows);
    if (!result) fail(healthAfterArchiveError(result.error()), result.error());
    reclaimReleased();
    if (m_heldLogWork != nullptr) finishLogWork(std::move(m_heldLogWork));
}

void LayeredStore::addArchiveRows(Turn& turn) {
    const Turn rows = std::exchange(m_archiveRows, {});
    for (const Turn::Change& row : rows.changes()) {
        if (row.kind == Kind::PutValue) {
            turn.putValue(row.name, *row.bytes);
        } else {
            turn.eraseValue(row.name);
        }
    }
}

// Records that the archive still needs stay until the orders for them have ended.
void LayeredStore::noteTreeApplied(VolumeId volume, GroupId group, Lsn applied) {
    if (!m_archive.holds(group)) return m_log.noteTreeApplied(volume, group, applied);
    m_log.forgetTrim(volume, group);
    Lsn& held = m_heldTrims[{group, volume}];
    held = std::max(held, applied);
}

// Marks beyond the ordered records come with this turn or a later one. Erasing that was begun for
// an earlier mark must not go on to them.
void LayeredStore::holdTrims(GroupId group) {
    for (const auto& [volume, applied] : m_log.takeTrims(group))
        noteTreeApplied(volume, group, applied);
}

void LayeredStore::reclaimReleased() {
    std::erase_if(m_heldReclaims, [&](GroupId group) {
        const bool isReleased = !m_archive.holds(group);
        if (isReleased) m_log.reclaim(group);
        return isReleased;
    });
    const std::uint64_t before = std::exchange(m_ordersEnded, m_archive.ordersEnded());
    if (before == m_ordersEnded) return;
    std::erase_if(m_heldTrims, [&](const auto& trim) {
        const auto& [group, volume] = trim.first;
        const bool isReleased = !m_archive.holds(group);
        if (isReleased) m_log.noteTreeApplied(volume, group, trim.second);
        return isReleased;
    });
}

void LayeredStore::fail(Health health, const StorageError& error) {
    m_health = std::max(m_health, health);
    m_lastError = error;
    if (!m_damage && isDamage(error)) m_damage = error;
}

bool LayeredStore::hasRoom(std::uint64_t bytes) const {
    const auto missing = [bytes](const StorageResult<std::uint64_t>& unused) {
        return bytes - std::min(bytes, unused.value_or(0));
    };
    return m_logMedium->mayGrow(missing(noted(m_logMedium->unusedBytes())),
                                missing(noted(m_treeMedium->unusedBytes())));
}

// A file that cannot be read has no pages to count on. Otherwise half of the unused ones count: a
// large value needs pages in a row, and where there are none, the file grows.
std::uint64_t LayeredStore::roomBytes() const {
    const std::uint64_t log =
        m_logMedium->growthBytes() + noted(m_logMedium->unusedBytes()).value_or(0) / 2;
    const std::uint64_t tree =
        m_treeMedium->growthBytes() + noted(m_treeMedium->unusedBytes()).value_or(0) / 2;
    return std::min(log - std::min(log, m_log.pendingBytes()), tree);
}

void LayeredStore::tryAgain() {
    if (m_health != Health::NoRoom) return;
    m_health = Health::Ok;
    m_lastError.reset();
}

void LayeredStore::stopWriting() {
    m_writes = false;
    m_log.stopQueueing();
}

Store::Figures LayeredStore::figures() const {
    return {m_trees.memtableBytes(),   m_log.pendingTurns(), m_logMedium->fileBytes(),
            m_treeMedium->fileBytes(), m_archive.bytes(),    m_archive.ordersLeft()};
}

}  // namespace orrery::storage
