#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <utility>

#include "core/storage/log_tail.h"
#include "core/storage/stores.h"

namespace orrery::storage {

/// The log half of a store: turns that wait to be written, and reads over them and the medium.
class LogLayer {
public:
    LogLayer(std::shared_ptr<LogMedium> medium, Durability durability, PlannedFailure failure);

    /// Forgets all that is not on the medium, and the planned failure.
    void forgetUnwritten();

    /// Takes a turn that is not empty.
    Ticket add(Turn turn, std::vector<DroppedRange> drops, std::vector<std::uint64_t> dropsDone);
    Ticket last() const { return m_last; }
    /// The turn up to which all is on the medium, and the one up to which all may leave the world.
    Ticket written() const { return m_written; }
    Ticket released() const { return m_released; }
    std::uint64_t pendingTurns() const { return m_pending.size(); }
    /// Turns are kept for reading only from now on: nothing will ask for them to be written.
    void stopQueueing();
    /// True while so much waits to be written that no more should come.
    bool saturated() const;

    /// The tree's last write that has ended, to be told to the log with its next batch.
    void noteTreeWritten(std::uint64_t generation) { m_treeGeneration = generation; }
    /// A dropped group whose trace is gone from everywhere else; its records go from now on.
    void reclaim(GroupId group) { m_reclaim.push_back(group); }
    /// The tree of `group` on `volume` has the records up to `lsn` on disk: those that are trimmed
    /// go from now on.
    void treeHas(VolumeId volume, GroupId group, Lsn lsn);
    /// Trimmed records of this log stay, also where some have gone already, until `treeHas` comes.
    void forgetTrim(VolumeId volume, GroupId group) { m_trims.erase({group, volume}); }
    /// Groups that have been dropped and still have records.
    std::uint64_t droppedGroupsLeft() const { return m_dropped.size(); }

    /// Null if there is nothing to write or one is out already.
    std::unique_ptr<Work> takeWork();
    /// Work that changes nothing: its end is when its owner goes on with what it does at rest.
    std::unique_ptr<Work> takeEmptyWork();
    bool workIsOut() const { return m_workIsOut; }
    /// An error means that a turn was not written.
    StorageResult<void> finish(std::unique_ptr<Work> work);
    /// Forgets changes that have been written and are still kept for reading, at most so many;
    /// returns how many. Nobody needs that soon.
    std::size_t forgetWritten(std::size_t changesMax);
    bool hasWrittenToForget() const { return !m_toForget.empty(); }
    /// Whether `work`, which was taken here, failed because the log's map is full.
    static bool wantsRoom(const Work& work);

    StorageResult<SharedBytes> record(VolumeId volume, GroupId group, Lsn lsn) const;
    StorageResult<Lsn> lastLsn(VolumeId volume, GroupId group) const;
    StorageResult<std::optional<std::string>> groupState(VolumeId volume, GroupId group) const;
    StorageResult<Lsn> trimMark(VolumeId volume, GroupId group) const;
    StorageResult<GroupId> lastGroup() const;
    StorageResult<std::optional<std::string>> value(std::string_view name) const;
    StorageResult<std::vector<std::pair<std::string, std::string>>> values(
        std::string_view prefix) const;

    /// What is left over from before; groups among it read as dropped from now on.
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
    /// Written; the tail has them, the first one from that change on.
    std::deque<std::shared_ptr<const SealedTurn>> m_toForget;
    std::size_t m_forgetFrom = 0;
    Ticket m_last;
    Ticket m_written;
    Ticket m_released;

    std::set<GroupId> m_dropped;
    std::vector<GroupId> m_reclaim;
    /// Logs that may have trimmed records left, and up to where their trees have them.
    std::map<std::pair<GroupId, VolumeId>, Lsn> m_trims;

    std::uint64_t m_treeGeneration = 0;
    bool m_queues = true;
    std::uint64_t m_epoch = 0;  ///< Work of an earlier one has no effect.
    bool m_workIsOut = false;
};

}  // namespace orrery::storage
