#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/storage/archive_layer.h"
#include "core/storage/log_layer.h"
#include "core/storage/tree_layer.h"

namespace orrery::storage {

struct LayeredOptions {
    Durability durability = Durability::Durable;
    std::uint64_t memtableBytesMax = 16u << 20;
    PlannedFailure failure = {};
    /// See Store::runDeferred.
    std::size_t stepsAtOnce = SIZE_MAX;
};

/// The part of a store that does not depend on its media. It joins the log half, the tree half and
/// the archive, passes tickets between them, and tracks the health.
class LayeredStore : public virtual Store {
public:
    LayeredStore(std::shared_ptr<LogMedium> log, std::shared_ptr<TreeMedium> tree,
                 std::shared_ptr<ArchiveMedium> archive, const LayeredOptions& options);

    /// Resumes the removals that were unfinished when the store was last open. Call it once, first.
    StorageResult<void> resume();

    Ticket commit(Turn turn) override;
    Ticket synced() const override { return m_log.released(); }
    std::unique_ptr<Work> takeLogWork() override;
    void finishLogWork(std::unique_ptr<Work> work) override;

    StorageResult<SharedBytes> record(VolumeId volume, GroupId group, Lsn lsn) const override;
    StorageResult<void> visitRecords(Reader reader, VolumeId volume, GroupId group, Lsn first,
                                     Lsn last, const RecordVisitor& visitor) const override;
    StorageResult<Lsn> lastLsn(VolumeId volume, GroupId group) const override;
    StorageResult<std::optional<std::string>> groupState(VolumeId volume,
                                                         GroupId group) const override;
    StorageResult<Lsn> trimMark(VolumeId volume, GroupId group) const override;
    StorageResult<GroupId> lastGroup() const override { return m_log.lastGroup(); }
    StorageResult<std::optional<std::string>> value(std::string_view name) const override;
    StorageResult<std::vector<std::pair<std::string, std::string>>> values(
        std::string_view prefix) const override;

    StorageResult<std::vector<ArchivedRecord>> archived(KeySpaceId table, GroupId group, Lsn from,
                                                        std::uint64_t bytesMax) const override;
    std::vector<ArchiveSegment> archiveSegments(KeySpaceId table) const override;
    std::vector<ArchiveOrder> archiveOrders(KeySpaceId table) const override {
        return m_archive.orders(table);
    }
    Lsn archiveEnd(KeySpaceId table, GroupId group) const override {
        return m_archive.lastOf(table, group);
    }

    void apply(VolumeId volume, GroupId group, std::span<const TreeChange> changes,
               const TreeMark& mark) override;
    StorageResult<TreeMark> mark(VolumeId volume, GroupId group) const override;
    StorageResult<SharedBytes> get(VolumeId volume, std::string_view key) const override;
    StorageResult<void> scan(VolumeId volume, std::string_view begin, std::string_view end,
                             ScanDirection direction, const ScanVisitor& visitor) const override;
    std::uint64_t dropRange(std::string begin, std::string end) override;
    std::uint64_t firstRangeLeft() const override;
    std::uint64_t droppedKeysLeft() const override;
    std::unique_ptr<Work> takeFlushWork(bool force) override;
    Ticket treesSynced() const override;
    void finishFlushWork(std::unique_ptr<Work> work) override;
    bool runDeferred(std::size_t stepsMax) override;
    bool saturated() const override { return m_trees.saturated() || m_log.saturated(); }

    Health health() const override { return m_health; }
    std::optional<StorageError> lastError() const override { return m_lastError; }
    const std::optional<StorageError>& damage() const override { return m_damage; }
    bool hasRoom(std::uint64_t bytes) const override;
    std::uint64_t roomBytes() const override;
    void tryAgain() override;
    void stopWriting() override;
    Figures figures() const override;

protected:
    /// Returns to what the media hold, in good health.
    StorageResult<void> forgetUnwritten();

private:
    template <typename T>
    StorageResult<T> noted(StorageResult<T> result) const;
    void fail(Health health, const StorageError& error);
    void finishArchiveWork(std::unique_ptr<Work> work);
    void addArchiveRows(Turn& turn);
    void noteTreeApplied(VolumeId volume, GroupId group, Lsn applied);
    void holdTrims(GroupId group);
    void reclaimReleased();
    void sweepTrims();

    std::shared_ptr<LogMedium> m_logMedium;
    std::shared_ptr<TreeMedium> m_treeMedium;
    LogLayer m_log;
    TreeLayer m_trees;
    ArchiveLayer m_archive;
    Turn m_archiveRows;  ///< Of finished work, for the next turn.
    const std::size_t m_stepsAtOnce;
    /// Logs whose trim mark moved; the position of their trees on disk is still to be looked up.
    std::deque<std::pair<VolumeId, GroupId>> m_trimmed;
    // Of groups whose records the archive still needs: those that are dropped, and logs whose
    // trimmed records their trees have on disk up to a position.
    std::vector<GroupId> m_heldReclaims;
    std::map<std::pair<GroupId, VolumeId>, Lsn> m_heldTrims;
    std::uint64_t m_ordersEnded = 0;  ///< When `m_heldTrims` was last looked through.
    // Finished work that must enlarge the log's map, held until the other running work comes back.
    std::unique_ptr<Work> m_heldLogWork;
    std::unique_ptr<Work> m_heldFlushWork;
    TrimSweep m_trimSweep;
    Health m_health = Health::Ok;
    bool m_writes = true;
    std::optional<StorageError> m_lastError;
    mutable std::optional<StorageError> m_damage;
};

}  // namespace orrery::storage
