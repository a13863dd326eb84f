#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <tuple>

#include "core/storage/archive_medium.h"
#include "core/storage/stores.h"

namespace orrery::storage {

/// The archive half of a store: pending orders, readable segments, and files to remove. Its rows
/// are named values (archive_rows.h) in the store's turns.
class ArchiveLayer {
public:
    ArchiveLayer(std::shared_ptr<ArchiveMedium> medium, std::shared_ptr<LogMedium> log,
                 PlannedFailure failure);

    /// Loads the rows on disk. Call it once, first, and again after `forgetUnwritten`.
    StorageResult<void> resume();
    void forgetUnwritten();

    /// Adds the rows for the turn's orders and expiries to `turn`; `endTurn` then sets its ticket.
    /// Returns the groups that `holds` now because of the turn.
    std::vector<GroupId> seal(Turn& turn);
    void endTurn(Ticket ticket);
    /// Everything up to `ticket` is on disk.
    void noteWritten(Ticket ticket);

    /// Null if there is nothing to do or work is already out. It adds no segment whose records are
    /// larger than `bytesMax`; the order for it waits.
    std::unique_ptr<Work> takeWork(std::uint64_t bytesMax);
    /// Adds the rows for the finished work to `rows`, which belong in the next turn. After an error
    /// the work waits to be taken again.
    StorageResult<void> finish(std::unique_ptr<Work> work, Turn& rows);
    bool workIsOut() const { return m_workIsOut; }
    static bool isArchiveWork(const Work& work);

    /// True if an order needs records of `group`, on any volume.
    bool holds(GroupId group) const;

    StorageResult<std::vector<ArchivedRecord>> read(KeySpaceId table, GroupId group, Lsn from,
                                                    std::uint64_t bytesMax) const;
    std::vector<ArchiveSegment> segments(KeySpaceId table) const;
    std::vector<ArchiveOrder> orders(KeySpaceId table) const;
    /// See Store::archiveEnd.
    Lsn lastOf(KeySpaceId table, GroupId group) const;
    std::uint64_t bytes() const { return m_bytes; }
    std::uint64_t ordersLeft() const { return m_orders.size(); }
    /// Increases when an order ends: `holds` may have become false for its group.
    std::uint64_t ordersEnded() const { return m_ordersEnded; }

private:
    struct Order {
        ArchiveOrder order;
        std::optional<Ticket> needs;  ///< Unknown until the turn has ended.
        enum class State : std::uint8_t { Waiting, Out, Cancelled, Written } state;
        std::uint64_t bytes = 0;  ///< Of its records; 0 unless they were once too large.
    };
    struct Removal {
        ArchiveSegment segment;
        std::optional<Ticket> needs;
    };
    using Place = std::tuple<KeySpaceId, GroupId, Lsn>;

    static bool isOpen(const Order& order) {
        return order.state == Order::State::Waiting || order.state == Order::State::Out;
    }
    void take(const ArchiveOrder& order, Turn& turn);
    void expire(KeySpaceId table, std::uint64_t before, Turn& turn);
    void forgetCancelled();
    /// The next order to carry out; null if there is none of this size.
    Order* nextOrder(std::uint64_t bytesMax);
    void finishOrder(const ArchiveBatch& batch, Turn& rows);

    std::shared_ptr<ArchiveMedium> m_medium;
    std::shared_ptr<LogMedium> m_log;
    PlannedFailure m_failure;

    std::deque<Order> m_orders;
    std::deque<Removal> m_removals;
    std::map<Place, ArchiveSegment> m_segments;
    std::uint64_t m_bytes = 0;
    std::uint64_t m_ordersEnded = 0;

    Ticket m_written;
    std::uint64_t m_worksGiven = 0;
    std::uint64_t m_epoch = 0;
    bool m_workIsOut = false;
};

}  // namespace orrery::storage
