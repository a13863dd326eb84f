#pragma once

#include <set>
#include <string_view>
#include <utility>

#include "core/cluster/kernel/per_group.h"
#include "core/cluster/replicas/log_bounds.h"
#include "core/cluster/replicas/log_reader.h"

namespace orrery::cluster {

/// Moves the records of tables with a stream from the logs of their partitions to the archive. As a
/// registered reader of such a log, it holds the trim mark until a segment has been ordered;
/// storage then keeps the records until the segment is written. Segments are large, so a log keeps
/// the records of a while.
class StreamArchiver {
public:
    static constexpr std::string_view kReader = kStreamReader;

    StreamArchiver(WorldState& world, Replicator& replicator, const LogBounds& bounds)
        : m_world(world), m_replicator(replicator), m_bounds(bounds), m_log(world, replicator) {}

    /// From now on the records after `cursor` are kept. No effect if the archive already reads the
    /// group.
    void begin(Group& group, Lsn cursor);
    /// The records of this group are no longer needed.
    void retire(Group& group);
    bool isActive(const Group& group) const {
        return LogReader::cursorOf(group, kReader).has_value();
    }
    /// The position up to which the records are in the archive, or ordered.
    static Lsn archivedTo(const Group& group) {
        return LogReader::cursorOf(group, kReader).value_or(group.committed);
    }

    /// True if a segment of the group is ordered and not written yet.
    bool hasOrders(KeySpaceId table, GroupId group) const;
    /// True if a segment of the table was ordered in this turn, so the store has not seen it.
    bool orderedNow(KeySpaceId table) const;

    /// Orders a segment if there are enough records for one. Call it after commits.
    void moved(Group& group);
    /// Orders segments of all committed records, because a copied replica or a closed shard waits
    /// for it.
    void orderAll(Group& group);
    /// Skips what is older than the retention and no replica in another Region lacks. Returns when
    /// the next record was committed; nothing if there is none, or if it cannot be read.
    std::optional<CalendarTime> skipExpired(Group& group, CalendarTime horizon);
    void forget(GroupId group) { m_orders.forget(group); }

private:
    struct Ordered {
        std::uint64_t bytes = 0;  ///< Group::committedBytes at the last order.
    };

    /// Nothing if no replica at hand surely has the record.
    std::optional<CalendarTime> committedAt(Group& group, Lsn lsn) const;

    WorldState& m_world;
    Replicator& m_replicator;
    const LogBounds m_bounds;
    LogReader m_log;
    PerGroup<Ordered> m_orders;
    /// The turn of the last order, and what it orders; the store knows earlier ones.
    storage::Ticket m_orderedIn;
    std::set<std::pair<KeySpaceId, GroupId>> m_orderedNow;
};

}  // namespace orrery::cluster
