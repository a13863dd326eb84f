#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "core/storage/medium.h"
#include "core/storage/stores.h"

namespace orrery::storage {

/// The tree half of a store: the memtable that fills, the frozen one that is being flushed, the
/// tree under them, and the ranges that are given back.
///
/// Only what a synced turn rests on reaches the tree. A memtable is frozen between two turns, and
/// handed out once the last turn that filled it is on disk; the next fills meanwhile.
class TreeLayer {
public:
    TreeLayer(std::shared_ptr<TreeMedium> medium, std::uint64_t memtableBytesMax,
              PlannedFailure failure);

    /// Forgets all that is not on the medium, ranges included, and the planned failure.
    void forgetUnwritten();
    /// Goes on with what was left over; groups and ranges are on disk already.
    void resume(const Unfinished& unfinished);

    void apply(VolumeId volume, GroupId group, std::span<const TreeChange> changes,
               const TreeMark& mark);
    void dropRange(KeyRange range);
    void dropGroup(GroupId group);

    /// What the turn that is about to end must remember: ranges dropped since the last, and, if it
    /// is written anyway, those that are empty now.
    std::vector<DroppedRange> takeDrops();
    std::vector<std::uint64_t> takeDropsDone();
    /// Ends the turn: `ticket` is what all of the above since the last call waits for, and so many
    /// bytes went into the log with it.
    void endTurn(Ticket ticket, std::uint64_t logBytes);

    StorageResult<TreeMark> mark(VolumeId volume, GroupId group) const;
    StorageResult<SharedBytes> get(VolumeId volume, std::string_view key) const;
    StorageResult<void> scan(VolumeId volume, const KeyRange& range, ScanDirection direction,
                             const ScanVisitor& visitor) const;

    std::unique_ptr<Work> takeWork(bool force, Ticket written);
    StorageResult<void> finish(std::unique_ptr<Work> work);
    /// How far the tree on the disk is; nothing if that cannot be said just now, because a flush
    /// that moves it is under way or the disk cannot be read.
    std::optional<Lsn> appliedOnDisk(VolumeId volume, GroupId group) const;
    /// The last turn of which all is in the tree on the disk.
    Ticket flushedTurn() const { return m_flushedTurn; }
    /// Calls `visit` with marks that flushes which have ended wrote, each once and at most so many
    /// at a time; returns how many.
    template <typename Visit>
    std::size_t visitFlushedMarks(std::size_t countMax, Visit visit);
    bool hasFlushedMarks() const { return !m_flushed.empty(); }
    /// Frees what flushes that have ended held, at most so many entries; returns how many.
    std::size_t freeFlushed(std::size_t countMax);
    bool hasFlushedToFree() const { return !m_retired.empty(); }
    /// Dropped groups of which no mark is left since the last call.
    std::vector<GroupId> takeUnmarkedGroups() { return std::exchange(m_unmarkedGroups, {}); }

    bool workIsOut() const { return m_workIsOut; }
    bool saturated() const;
    std::uint64_t droppedKeysLeft() const;
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
    bool m_turnIsOpen = false;     ///< Something was applied since the last endTurn.
    std::uint64_t m_logBytes = 0;  ///< Of the turns since `m_active` was made.
    std::shared_ptr<Memtable> m_frozen;
    Ticket m_frozenNeeds;
    Ticket m_flushedTurn;
    /// Flushed, with marks that are still to be visited, the first one's from here on.
    std::deque<std::shared_ptr<Memtable>> m_flushed;
    Memtable::Marks::const_iterator m_flushedMark;
    /// Flushed, to be freed on this thread, which allocated it: the allocator would make up for
    /// what another thread freed in one go, for milliseconds.
    std::deque<std::shared_ptr<Memtable>> m_retired;

    // Of the turn that is open, then of turns that have ended, in order.
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
