#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <tuple>

#include "core/storage/archive_medium.h"
#include "core/storage/stores.h"

namespace orrery::storage {

/// The archive half of a store: orders that wait, segments that can be read, files that are to go.
/// Its rows are named values (archive_rows.h) that the turns of the store carry.
class ArchiveLayer {
public:
    ArchiveLayer(std::shared_ptr<ArchiveMedium> medium, std::shared_ptr<LogMedium> log,
                 PlannedFailure failure);

    /// Takes in the rows that are on disk. Called once, first, and again after `forgetUnwritten`.
    StorageResult<void> resume();
    void forgetUnwritten();

    /// Adds to `turn` the rows of what it orders and expires; `endTurn` says what its ticket is.
    void seal(Turn& turn);
    void endTurn(Ticket ticket);
    /// All up to `ticket` is on disk.
    void noteWritten(Ticket ticket);

    /// Null if nothing may be done, or some is out already. After a write that failed for lack of
    /// room the next one waits for some turns.
    std::unique_ptr<Work> takeWork();
    /// The rows of what was done go into `rows`, a turn of the store's own; tell its ticket with
    /// `endTurn`. An error means that the disk cannot be trusted.
    StorageResult<void> finish(std::unique_ptr<Work> work, Turn& rows);
    bool workIsOut() const { return m_workIsOut; }
    static bool isArchiveWork(const Work& work);

    /// Whether an order needs records of `group`, on any volume.
    bool holds(GroupId group) const;

    StorageResult<std::vector<ArchivedRecord>> read(KeySpaceId table, GroupId group, Lsn from,
                                                    std::uint64_t bytesMax) const;
    std::vector<ArchiveSegment> segments(KeySpaceId table) const;
    std::uint64_t bytes() const { return m_bytes; }
    std::uint64_t ordersLeft() const { return m_orders.size(); }
    /// Why the last write failed, if the next may succeed; nothing since one succeeded.
    const std::optional<StorageError>& problem() const { return m_problem; }

private:
    struct Order {
        ArchiveOrder order;
        std::optional<Ticket> needs;  ///< Not known until the turn has ended.
        enum class State : std::uint8_t { Waiting, Out, Cancelled, Written } state;
    };
    struct Removal {
        ArchiveSegment segment;
        std::optional<Ticket> needs;
    };
    using Place = std::tuple<KeySpaceId, GroupId, Lsn>;

    void take(const ArchiveOrder& order, Turn& turn);
    void expire(KeySpaceId table, std::uint64_t before, Turn& turn);
    void finishOrder(const ArchiveBatch& batch, Turn& rows);
    Lsn lastOf(KeySpaceId table, GroupId group) const;

    std::shared_ptr<ArchiveMedium> m_medium;
    std::shared_ptr<LogMedium> m_log;
    PlannedFailure m_failure;

    std::deque<Order> m_orders;
    std::deque<Removal> m_removals;
    std::map<Place, ArchiveSegment> m_segments;
    std::uint64_t m_bytes = 0;

    Ticket m_written;
    Ticket m_retryAt;
    std::optional<StorageError> m_problem;
    std::uint64_t m_worksGiven = 0;
    std::uint64_t m_epoch = 0;
    bool m_workIsOut = false;
};

}  // namespace orrery::storage
