#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/cluster/replicas/group_state.h"
#include "core/cluster/replicas/replicator.h"

namespace orrery::cluster {

/// Reads the committed log of a partition from a position on. A record comes from the world's
/// memory, a replica's log, or the table's archive.
///
/// A reader that must not miss a record registers itself with the group. Its cursor is saved with
/// the group's state, in the turn that moves it, and the log keeps every record after it. A reader
/// of the archive need not register.
class LogReader {
public:
    LogReader(WorldState& world, Replicator& replicator)
        : m_world(world), m_replicator(replicator) {}

    /// From now on the log keeps the records after `cursor`. No effect if the reader is registered.
    void registerReader(Group& group, std::string name, Lsn cursor);
    /// The reader is done with the records up to `cursor`. A cursor never moves back.
    void advance(Group& group, std::string_view name, Lsn cursor);
    void retire(Group& group, std::string_view name);
    /// Nothing if there is no such reader.
    static std::optional<Lsn> cursorOf(const Group& group, std::string_view name);
    /// The number of committed records that the reader has not read; 0 if there is no such reader.
    static std::uint64_t unread(const Group& group, std::string_view name);

    /// All replicas in other Regions have taken the records up to here; the last committed one if
    /// there are none.
    static Lsn takenByReplicas(const Group& group);

    /// A zone but `leader` whose replica has this record in its log and may lead; nothing if there
    /// is none.
    static std::optional<ZoneIndex> otherHolder(const Group& group, ZoneIndex leader, Lsn lsn);

    /// The visitor's answer: continue or stop.
    enum class Next : std::uint8_t { Go, Stop };
    using Visitor = std::function<Next(Lsn lsn, const table::LogRecord& record)>;

    enum class End : std::uint8_t {
        AtEnd,        ///< The replica has applied no more records.
        Stopped,      ///< The visitor stopped the reading.
        Bounded,      ///< The step's limit is reached.
        Unavailable,  ///< The next record is missing or unreadable at the moment.
    };
    /// Visits the records after `position` that the replica in `zone` has applied, at most
    /// `recordsMax`, and advances `position`. Corrupt data is reported to the world and counts as
    /// Unavailable.
    End read(Group& group, ZoneIndex zone, Lsn& position, std::size_t recordsMax,
             const Visitor& visitor) const;

private:
    WorldState& m_world;
    Replicator& m_replicator;
};

}  // namespace orrery::cluster
