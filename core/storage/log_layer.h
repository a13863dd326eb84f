#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "core/storage/log_tail.h"
#include "core/storage/stores.h"

namespace orrery::storage {

/// The log half of a store: turns waiting to be written, and reads across them and the medium.
class LogLayer {
public:
    LogLayer(std::shared_ptr<LogMedium> medium, Durability durability, PlannedFailure failure);

    /// Forgets everything that is not on the medium, and the planned failure.
    void forgetUnwritten();

    /// Queues a turn, which must not be empty.
    Ticket add(Turn turn, std::vector<DroppedRange> drops, std::vector<std::uint64_t> dropsDone);
    Ticket last() const { return m_last; }
    /// `written`: the last turn on the medium. `released`: the last turn whose answers may be sent.
    Ticket written() const { return m_written; }
    Ticket released() const { return m_released; }
    std::uint64_t pendingTurns() const { return m_pending.size(); }
    std::uint64_t pendingBytes() const { return m_pendingBytes; }
    /// From now on, turns are kept only for reading and never written.
    void stopQueueing();
    /// True if too much is waiting to be written to accept more.
    bool saturated() const;

    /// The last completed tree write, to be recorded in the log with each batch from now on.
    /// Nothing: the tree may hold part of a later one, and no batch erases what the tree has.
    void noteTreeWritten(std::optional<std::uint64_t> generation) { m_treeGeneration = generation; }
    /// Starts erasing the records of a dropped group. Nothing else may refer to it any more.
    void reclaim(GroupId group) { m_reclaim.push_back(group); }
    /// The tree of `group` on `volume` has the records up to `lsn` on disk, so trimmed ones among
    /// them can be erased.
    void noteTreeApplied(VolumeId volume, GroupId group, Lsn lsn);
    /// Stops erasing trimmed records of this log until the next `noteTreeApplied`.
    void forgetTrim(VolumeId volume, GroupId group) { m_trims.erase({group, volume}); }
    /// The same for all logs of a group. Returns what was noted of their trees.
    std::vector<std::pair<VolumeId, Lsn>> takeTrims(GroupId group);
    /// The number of dropped groups that still have records.
    std::uint64_t droppedGroupsLeft() const { return m_dropped.size(); }

    /// Null if there is nothing to write or work is already out.
    std::unique_ptr<Work> takeWork();
    /// Work that changes nothing; finishing it lets the owner continue its idle work.
    std::unique_ptr<Work> takeEmptyWork();
    bool workIsOut() const { return m_workIsOut; }
    /// An error means that a turn was not written.
    StorageResult<void> finish(std::unique_ptr<Work> work);
    /// Forgets at most `changesMax` written changes that are still kept for reading; returns how
    /// many. Not urgent.
    std::size_t forgetWritten(std::size_t changesMax);
    bool hasWrittenToForget() const { return !m_toForget.empty(); }
    /// True if `work`, taken here, failed because the log's map is full.
    static bool needsLargerMap(const Work& work);

    StorageResult<SharedBytes> record(VolumeId volume, GroupId group, Lsn lsn) const;
    StorageResult<Lsn> lastLsn(VolumeId volume, GroupId group) const;
    StorageResult<std::optional<std::string>> groupState(VolumeId volume, GroupId group) const;
    StorageResult<Lsn> trimMark(VolumeId volume, GroupId group) const;
    StorageResult<GroupId> lastGroup() const;
    StorageResult<std::optional<std::string>> value(std::string_view name) const;
    StorageResult<std::vector<std::pair<std::string, std::string>>> values(
        std::string_view prefix) const;

    /// Loads unfinished removals. Their groups read as dropped from now on.
    StorageResult<Unfinished> loadUnfinished();

private:
    void release();
    void addTrims(LogBatch& batch) const;

    std::shared_ptr<LogMedium> m_medium;
    const Durability m_durability;
    PlannedFailure m_failure;

    LogTail m_tail;
    std::deque<std::shared_ptr<const SealedTurn>> m_pending;
    std::uint64_t m_pendingBytes = 0;
    /// Written turns that the tail still holds, the first one from change `m_forgetFrom` on.
    std::deque<std::shared_ptr<const SealedTurn>> m_toForget;
    std::size_t m_forgetFrom = 0;
    Ticket m_last;
    Ticket m_written;
    Ticket m_released;

    std::set<GroupId> m_dropped;
    std::vector<GroupId> m_reclaim;
    /// Logs that may have trimmed records to erase, and the position of their trees on disk.
    std::map<std::pair<GroupId, VolumeId>, Lsn> m_trims;

    std::optional<std::uint64_t> m_treeGeneration = 0;
    bool m_queues = true;
    std::uint64_t m_epoch = 0;  ///< Work of an earlier epoch has no effect.
    bool m_workIsOut = false;
};

}  // namespace orrery::storage
