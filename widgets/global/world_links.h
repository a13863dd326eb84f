#pragma once

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

#include "core/observe/fault_spec.h"
#include "core/observe/snapshot.h"

namespace orrery::widgets {

/// The replication from one Region to another, of all global tables that both have.
struct LinkDirection {
    QString from;
    QString to;
    std::uint64_t pending = 0;
    std::uint64_t changes = 0;
    std::uint64_t lost = 0;
    std::optional<Duration> latency;  ///< The longest of the last changes of each table.
    Duration delay{};                 ///< One way, with the active faults.
    std::optional<Duration> slowBy;   ///< What an active fault adds to it.
    double loss = 0;                  ///< The share of messages that is lost, from 0 to 1.
    bool isCut = false;
    std::size_t tables = 0;  ///< Those with eventual consistency.
    std::size_t pausedTables = 0;
    std::size_t leavingTables = 0;  ///< Whose replica here or there is being removed.
    std::optional<double> filled;   ///< How much of a new replica is filled, from 0 to 1.
    bool operator==(const LinkDirection&) const = default;

    bool isPaused() const { return pausedTables > 0; }
    /// Slower than what is set for the link, or without some of its messages.
    bool isSlow() const { return slowBy.has_value() || loss > 0; }
    /// "cut", "paused", "slow by 200 ms": what is wrong or under way; empty if nothing is.
    QStringList states() const;
    /// "cut · 214 behind", "214 behind · 800 ms".
    QString text() const;
};

/// A fault that can be healed, with its text.
struct HealableFault {
    std::uint64_t id = 0;
    observe::FaultKind kind{};
    QString text;  ///< "us-east-1 - eu-west-1: link cut".
    bool operator==(const HealableFault&) const = default;
};

/// Two Regions that have a global table in common.
struct WorldLink {
    std::size_t a = 0;  ///< Positions in Snapshot::regions; `a` is less than `b`.
    std::size_t b = 0;
    LinkDirection forth;                ///< From `a` to `b`.
    LinkDirection back;                 ///< From `b` to `a`.
    std::vector<HealableFault> faults;  ///< Those that are active on it.
    bool operator==(const WorldLink&) const = default;
};

/// The replication of one table from one Region to another.
LinkDirection directionOf(const observe::Snapshot& snapshot,
                          const observe::ReplicationPairView& pair);

/// In the order of `a` and `b`.
std::vector<WorldLink> worldLinks(const observe::Snapshot& snapshot);

/// The active faults that strike this Region as a whole.
std::vector<HealableFault> regionFaults(const observe::Snapshot& snapshot,
                                        const std::string& region);

}  // namespace orrery::widgets
