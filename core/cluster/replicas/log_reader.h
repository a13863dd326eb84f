#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/cluster/replicas/replicator.h"

namespace orrery::cluster {

/// Reads the committed log of a partition from a position on. A record comes from wherever it is:
/// what the world has at hand, the log of a replica, or the archive of the table.
///
/// A reader that must not miss a record registers itself at the group. Its cursor is saved with the
/// group's state, in the turn that moves it, and the log keeps every record behind it; whoever
/// reads the archive needs none.
class LogReader {
public:
    LogReader(WorldState& world, Replicator& replicator)
        : m_world(world), m_replicator(replicator) {}

    /// From now on the log keeps what follows `cursor`. A reader that is registered already stays
    /// where it is.
    void enlist(Group& group, std::string name, Lsn cursor);
    /// The reader has done with all up to `cursor`. A cursor never goes back.
    void advance(Group& group, std::string_view name, Lsn cursor);
    void retire(Group& group, std::string_view name);
    /// The same for the global indexes, whose cursor has a place of its own (Group::indexedUpTo).
    void advanceIndexed(Group& base, Lsn cursor);
    /// Nothing if there is no such reader.
    static std::optional<Lsn> cursorOf(const Group& group, std::string_view name);

    /// Takes a record; says whether the next one may come.
    enum class Next : std::uint8_t { Go, Stop };
    using Visitor = std::function<Next(Lsn lsn, const table::LogRecord& record)>;

    enum class End : std::uint8_t {
        AtEnd,        ///< There is no more that the replica has applied.
        Stopped,      ///< The visitor has enough.
        Bounded,      ///< So many have come as one step may take.
        Unavailable,  ///< The next record is nowhere, or cannot be read just now.
    };
    /// Gives the visitor the records after `position`, as the replica in `zone` has applied them,
    /// at most `recordsMax` of them, and moves `position` along. Damaged bytes are reported to the
    /// world, and are Unavailable.
    End read(Group& group, ZoneIndex zone, Lsn& position, std::size_t recordsMax,
             const Visitor& visitor) const;

private:
    WorldState& m_world;
    Replicator& m_replicator;
};

}  // namespace orrery::cluster
