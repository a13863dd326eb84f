#pragma once

#include <cstdint>
#include <vector>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/check/committed_log.h"
#include "core/check/verdict.h"

namespace orrery::check {

/// An operation of a client, numbered from 0 in the order of their beginnings.
using OperationId = std::uint32_t;

enum class OperationKind : std::uint8_t {
    Write,         ///< Puts its own number into an item.
    StrongRead,    ///< Shows the version of an item that the leader had.
    EventualRead,  ///< Shows the version that some replica had.
    /// A conditional write that was refused, and whose reply says which version stood against it.
    /// It promises what a strong read promises.
    FailedCondition,
};

enum class Outcome : std::uint8_t {
    UnderWay,
    Done,
    Refused,  ///< It had and will have no effect.
    Unknown,  ///< A timeout or a 500: a write may have happened, or may happen yet.
};

struct Operation {
    OperationKind kind;
    Outcome outcome = Outcome::UnderWay;
    std::uint32_t item;
    Lsn floor;  ///< The highest LSN of the item that was known to a client when it began.
    Lsn seen;   ///< Where it was written, or the LSN of the version that it showed.
    Instant start;
    Instant end;
};

/// What the clients of one replication group did and were told, and the judges of it. Each call
/// costs constant time:
///
/// - an acknowledged write is in the committed history, and so is every version that a reply
///   showed: at once, or later if it was shown too early and nothing happened (S1, S9);
/// - a strong read, and a failed condition, show at least every write that was acknowledged, and
///   every version that was shown, before they began (S8);
/// - the committed history holds only writes that a client asked for and nobody refused.
class History {
public:
    /// Both outlive it.
    History(Verdict& verdict, const CommittedLog& committed)
        : m_verdict(&verdict), m_committed(&committed) {}

    /// `item` is a small number.
    OperationId begin(OperationKind kind, std::uint32_t item, Instant now);

    /// The client was told that its write is done; it stands at `lsn`.
    void acknowledge(OperationId id, Lsn lsn, Instant now);
    /// The client was shown the version that `value` wrote at `lsn`; at 0: that there is no item.
    void show(OperationId id, Lsn lsn, std::uint32_t value, Instant now);
    void refuse(OperationId id, Instant now) { end(id, Outcome::Refused, now); }
    void leaveOpen(OperationId id, Instant now) { end(id, Outcome::Unknown, now); }

    const Operation& operation(OperationId id) const { return m_operations[id]; }
    std::size_t count() const { return m_operations.size(); }
    std::size_t count(OperationKind kind, Outcome outcome) const;

    /// For the end of a run, once the members have converged.
    void finish(Instant now);

private:
    struct Shown {
        OperationId id;
        Lsn lsn;
        std::uint32_t value;
    };

    Operation& end(OperationId id, Outcome outcome, Instant now);
    void raiseFloor(const Operation& operation);
    /// Compares what was shown before it was committed with what is committed by now.
    void confirmShown(Instant now);
    bool isCommitted(const Shown& shown, Instant now);

    Verdict* m_verdict;
    const CommittedLog* m_committed;
    std::vector<Operation> m_operations;
    std::vector<Lsn> m_floors;      ///< By item.
    std::vector<Shown> m_tooEarly;  ///< Shown, and not committed yet.
};

}  // namespace orrery::check
