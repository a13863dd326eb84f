#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "core/storage/medium.h"
#include "core/storage/stores.h"

namespace orrery::storage {

/// The tree half of a store: the active memtable, the frozen one being flushed, the tree below
/// them, and the dropped ranges.
///
/// Only changes of synced turns reach the tree. A memtable is frozen between two turns and flushed
/// once the last turn that filled it is on disk; the next one fills meanwhile.
class TreeLayer {
public:
    TreeLayer(std::shared_ptr<TreeMedium> medium, std::uint64_t memtableBytesMax,
              PlannedFailure failure);

    /// Forgets everything that is not on the medium, including ranges, and the planned failure.
    void forgetUnwritten();
    /// Resumes unfinished removals; their groups and ranges are already on disk.
    void resume(const Unfinished& unfinished);

    void apply(VolumeId volume, GroupId group, std::span<const TreeChange> changes,
               const TreeMark& mark);
    /// Returns the number of the range.
    std::uint64_t dropRange(KeyRange range);
    void dropGroup(GroupId group);

    /// What the ending turn must record: the ranges dropped since the last turn. And, if the turn
    /// is written anyway, the ranges that are now empty.
    std::vector<DroppedRange> takeDrops();
    std::vector<std::uint64_t> takeDropsDone();
    /// What a turn adds to the logs of all volumes.
    struct LogGrowth {
        std::uint64_t records = 0;
        std::uint64_t bytes = 0;
    };
    /// Ends the turn, which added `log`: all changes since the last call wait for `ticket`. Changes
    /// before the first call were already in the log: the owner has applied them again.
    void endTurn(Ticket ticket, const LogGrowth& log);

    StorageResult<TreeMark> mark(VolumeId volume, GroupId group) const;
    StorageResult<SharedBytes> get(VolumeId volume, std::string_view key) const;
    StorageResult<void> scan(VolumeId volume, const KeyRange& range, ScanDirection direction,
                             const ScanVisitor& visitor) const;

    std::unique_ptr<Work> takeWork(bool force, Ticket written);
    StorageResult<void> finish(std::unique_ptr<Work> work);
    /// True if `work`, which was taken here, failed because the map of this file is full.
    static bool needsLargerMap(const Work& work, const std::string& path);
    /// The applied position of the tree on disk. Nothing if it is unknown, because a running flush
    /// is moving it or the disk cannot be read.
    std::optional<Lsn> appliedOnDisk(VolumeId volume, GroupId group) const;
    /// The last turn that is completely in the tree on disk.
    Ticket flushedTurn() const { return m_flushedTurn; }
    /// Calls `visit` with marks written by completed flushes: each mark once, at most `countMax`
    /// per call. Returns their number.
    template <typename Visit>
    std::size_t visitFlushedMarks(std::size_t countMax, Visit visit);
    bool hasFlushedMarks() const { return !m_flushed.empty(); }
    /// Frees what completed flushes held, at most `countMax` entries. Returns their number.
    std::size_t freeFlushed(std::size_t countMax);
    bool hasFlushedToFree() const { return !m_retired.empty(); }
    /// Dropped groups whose marks have all been erased since the last call.
    std::vector<GroupId> takeUnmarkedGroups() { return std::exchange(m_unmarkedGroups, {}); }

    bool workIsOut() const { return m_workIsOut; }
    bool saturated() const;
    std::uint64_t droppedKeysLeft() const;
    /// The number of the first range that is still to be given back, or of the next one.
    std::uint64_t firstDropLeft() const;
    std::uint64_t memtableBytes() const;

private:
    struct Drop {
        DroppedRange dropped;
        Ticket needs;
        std::uint64_t keysLeft = 1;
    };
    struct GroupDrop {
        GroupId group;
        Ticket needs;
    };

    bool isFull() const;
    void freeze(bool force);
    std::unique_ptr<Work> takeDropWork(Ticket written);
    void finishDrop(const DropStep& step);

    std::shared_ptr<TreeMedium> m_medium;
    const std::uint64_t m_bytesMax;
    PlannedFailure m_failure;

    std::shared_ptr<Memtable> m_active = std::make_shared<Memtable>();
    Ticket m_activeNeeds;
    bool m_turnIsOpen = false;  ///< True after an `apply` until the next endTurn.
    bool m_isOpening = true;    ///< No turn has ended yet.
    /// What a restart would do for the records that fill `m_active`, as a number of bytes.
    std::uint64_t m_replayBytes = 0;
    std::shared_ptr<Memtable> m_frozen;
    Ticket m_frozenNeeds;
    Ticket m_flushedTurn;
    /// Flushed memtables with marks still to be visited, starting at `m_flushedMark`.
    std::deque<std::shared_ptr<Memtable>> m_flushed;
    Memtable::Marks::const_iterator m_flushedMark;
    /// Flushed; this thread frees them, since it allocated them. If another thread did, the
    /// allocator would make up for it here in one go, for milliseconds.
    std::deque<std::shared_ptr<Memtable>> m_retired;

    // Of the open turn; below, those of ended turns, in order.
    std::vector<DroppedRange> m_newDrops;
    std::vector<GroupId> m_newGroupDrops;
    std::deque<Drop> m_drops;
    std::deque<GroupDrop> m_groupDrops;
    std::vector<std::uint64_t> m_dropsDone;
    std::vector<GroupId> m_unmarkedGroups;
    std::uint64_t m_nextDropNumber = 1;

    std::uint64_t m_flushesGiven = 0;
    std::uint64_t m_epoch = 0;
    bool m_workIsOut = false;
};

template <typename Visit>
std::size_t TreeLayer::visitFlushedMarks(std::size_t countMax, Visit visit) {
    std::size_t count = 0;
    while (count < countMax && !m_flushed.empty()) {
        for (; count < countMax && m_flushedMark != m_flushed.front()->marks().end(); ++count) {
            const auto& [place, mark] = *m_flushedMark++;
            visit(place.first, place.second, mark);
        }
        if (m_flushedMark != m_flushed.front()->marks().end()) break;
        m_retired.push_back(std::move(m_flushed.front()));
        m_flushed.pop_front();
        if (!m_flushed.empty()) m_flushedMark = m_flushed.front()->marks().begin();
    }
    return count;
}

}  // namespace orrery::storage
