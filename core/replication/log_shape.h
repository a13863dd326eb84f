#pragma once

#include <span>
#include <vector>

#include "core/replication/replication_types.h"

namespace orrery::replication {

/// Which term wrote which position of a log. Enough for a replica whose record bytes are stored
/// elsewhere. A log has few terms, so it is kept as runs.
class LogShape {
public:
    /// `term` wrote the positions from `first` up to the next run.
    struct Run {
        Term term;
        Lsn first;
        bool operator==(const Run&) const = default;
    };

    Lsn last() const { return m_last; }
    LogPosition lastPosition() const { return {termAt(m_last), m_last}; }
    std::span<const Run> runs() const { return m_runs; }
    bool operator==(const LogShape&) const = default;

    /// The term that wrote `lsn`; 0 for positions that the log does not have or no longer knows.
    Term termAt(Lsn lsn) const;
    /// The term of the last run that begins at or before `lsn`, even if the log ends before it; 0
    /// if there is none. On disk a log may go on after its last saved state, in its last term.
    Term lastTermBefore(Lsn lsn) const;
    /// True if the log has this record, or the position is before the first record.
    bool contains(LogPosition position) const;
    /// The last position at or before `hint.lsn` written by `hint.term` or earlier: where two logs
    /// may still agree. 0 if there is none.
    Lsn lastAtMost(LogPosition hint) const;
    /// The first position that `term` wrote, or 0.
    Lsn firstOf(Term term) const;

    /// Adds one record at the next position. Its term must not be earlier than the last.
    void append(LogPosition position);
    /// Removes the records at and after `from`.
    void truncateFrom(Lsn from);
    /// Sets the end of the log: removes later positions and adds missing ones to the last term.
    /// This matches the log on disk, because a state is saved with every new run.
    void endAt(Lsn last);
    /// Restarts the log after a copy: it covers everything up to `position` and has no later
    /// records.
    void resetTo(LogPosition position);
    /// Removes the runs that end before `lsn`; no replica needs them again.
    void trimBefore(Lsn lsn);

private:
    std::vector<Run> m_runs;
    Lsn m_last{};
};

}  // namespace orrery::replication
