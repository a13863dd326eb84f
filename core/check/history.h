#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/check/committed_log.h"
#include "core/check/verdict.h"

namespace orrery::check {

/// An operation of a client, numbered in the order in which they begin, from 0.
using OperationId = std::uint32_t;

enum class OperationKind : std::uint8_t {
    Write,         ///< Puts its own number into an item.
    StrongRead,    ///< Returns the leader's version of an item.
    EventualRead,  ///< Returns some replica's version of an item.
    /// A refused conditional write, whose reply says which version refused it. It promises what a
    /// strong read promises.
    FailedCondition,
};

enum class Outcome : std::uint8_t {
    Pending,
    Done,
    Refused,  ///< It had no effect and never will have one.
    Unknown,  ///< A timeout or a 500: the write may have happened, or may still happen.
};

struct Operation {
    OperationKind kind;
    Outcome outcome = Outcome::Pending;
    std::uint32_t item;
    Lsn floor;  ///< The highest LSN of the item that any client knew when the operation began.
    Lsn seen;   ///< The LSN at which it wrote, or of the version that it showed.
    Instant start;
    Instant end;
};

/// What the clients of one replication group did and were told, with the judges of it. Each call
/// takes constant time. The judges check:
///
/// - An acknowledged write, and every version that a reply showed, is in the committed history: at
///   once, or later for a version that was shown too early (S1, S9).
/// - A strong read, and a failed condition, shows at least every write acknowledged and every
///   version shown before it began (S8).
/// - The committed history holds only writes that a client asked for and nobody refused.
class History {
public:
    /// Both must outlive it.
    History(Verdict& verdict, const CommittedLog& committed)
        : m_verdict(&verdict), m_committed(&committed) {}

    /// `item` is a small number.
    OperationId begin(OperationKind kind, std::uint32_t item, Instant now);

    /// The client was told that its write is done, at `lsn`.
    void acknowledge(OperationId id, Lsn lsn, Instant now);
    /// The client was shown the version that operation `value` wrote at `lsn`, or, at LSN 0, no
    /// item.
    void show(OperationId id, Lsn lsn, std::uint32_t value, Instant now);
    void refuse(OperationId id, Instant now) { end(id, Outcome::Refused, now); }
    void leaveOpen(OperationId id, Instant now) { end(id, Outcome::Unknown, now); }

    const Operation& operation(OperationId id) const { return m_operations[id]; }
    std::size_t count() const { return m_operations.size(); }
    std::size_t count(OperationKind kind, Outcome outcome) const;

    /// At the end of a run, once the members have converged.
    void finish(Instant now);

private:
    struct Shown {
        OperationId id;
        Lsn lsn;
        std::uint32_t value;
    };

    Operation& end(OperationId id, Outcome outcome, Instant now);
    void raiseFloor(const Operation& operation);
    /// Compares the versions that were shown before they were committed with what is committed by
    /// now.
    void confirmShown(Instant now);
    bool isCommitted(const Shown& shown, Instant now);

    Verdict* m_verdict;
    const CommittedLog* m_committed;
    std::vector<Operation> m_operations;
    std::vector<Lsn> m_floors;      ///< By item.
    std::vector<Shown> m_tooEarly;  ///< Shown before they were committed, and still not committed.
};

}  // namespace orrery::check
