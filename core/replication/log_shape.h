#pragma once

#include <span>
#include <vector>

#include "core/replication/replication_types.h"

namespace orrery::replication {

/// What a replica needs to know of a log whose bytes somebody else keeps: which term wrote which
/// places. A log has few terms, so it is kept as runs.
class LogShape {
public:
    /// Places from `first` on, up to the next run, were written by `term`.
    struct Run {
        Term term;
        Lsn first;
        bool operator==(const Run&) const = default;
    };

    Lsn last() const { return m_last; }
    LogPosition lastPosition() const { return {termAt(m_last), m_last}; }
    std::span<const Run> runs() const { return m_runs; }
    bool operator==(const LogShape&) const = default;

    /// The term that wrote `lsn`; 0 for places that the log does not have or no longer knows.
    Term termAt(Lsn lsn) const;
    /// True if the log has this very record, or the position is before the first record.
    bool contains(LogPosition position) const;
    /// The last place at or before `hint.lsn` that was written by `hint.term` or earlier: where two
    /// logs may still agree. 0 if there is none.
    Lsn lastAtMost(LogPosition hint) const;
    /// The first place that `term` wrote, or 0.
    Lsn firstOf(Term term) const;

    /// Adds one record: the next place, of a term not earlier than the last.
    void append(LogPosition position);
    /// Forgets the records at and after `from`.
    void truncateFrom(Lsn from);
    /// Takes `last` for the end of the log: later places are forgotten, missing ones belong to the
    /// last term. True of what is found on disk because a state is saved with every new run.
    void endAt(Lsn last);
    /// Everything up to `position` is known from a copy, and nothing after it.
    void resetTo(LogPosition position);
    /// Forgets the runs that end before `lsn`, which no replica will ask for again.
    void trimBefore(Lsn lsn);

private:
    std::vector<Run> m_runs;
    Lsn m_last{};
};

}  // namespace orrery::replication
