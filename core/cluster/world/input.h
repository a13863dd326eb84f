#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "core/cluster/catalog/control_state.h"
#include "core/cluster/catalog/profile.h"
#include "core/cluster/catalog/region_settings.h"
#include "core/cluster/catalog/request.h"
#include "core/cluster/faults/experiment.h"
#include "core/cluster/faults/fault_request.h"
#include "core/cluster/inspect/look.h"
#include "core/cluster/kernel/calls.h"
#include "core/cluster/kernel/job_id.h"

namespace orrery::cluster {

// The inputs of a world, as values. Only inputs and the passing of time change a world. So a run is
// determined by its seed and its inputs, each with its instant and the number of events before it:
// enough to replay it.

/// A call of an application; admission looks up its names. `Answered` carries the id.
struct CallInput {
    CallId id{};
    std::unique_ptr<Call> call;
    Caller caller;
};

/// A request that got an error before it became a call of this world. The world only records it:
/// in the trace, and in the totals.
struct RefusedCall {
    std::string operation;  ///< "PutItem"; the method and path if it names no operation.
    std::string table;      ///< TableName as in the request, or empty.
    std::string error;      ///< The short name, or empty.
    std::string errorText;
    int httpStatus = 400;
};

/// Ends one fault or all of them. (FaultRequest begins one.)
struct HealFault {
    std::uint64_t fault = 0;
};
struct HealAllFaults {};

/// Sets delays, leases and detection times from now on. Saved.
struct SetProfile {
    Profile profile;
};
/// From now on, the clock of a Region is ahead of the world's calendar by so much, or behind.
/// Saved.
struct SetRegionClock {
    std::string region;  ///< It must exist.
    Duration offset{};
};
/// The link from one Region to another; without a value as the profile has it. Saved.
struct SetRegionLink {
    std::string from;  ///< Both must exist.
    std::string to;
    std::optional<RegionLink> link;
};
/// The setting of the driver's clock. The world only saves it: `run` tells the world the time.
struct SetClock {
    ClockSetting setting;
};

/// Drops the tables of an account (base/account_id.h), or all if the id is empty, with their
/// streams and those of deleted tables; at most `countMax` in all. It is complete once it has
/// dropped fewer.
struct ResetTables {
    std::string accountId;
    std::size_t countMax = 0;
};

/// How a world's time relates to the wall clock.
enum class Pace : std::uint8_t {
    Slower,
    Normal,
    Ahead,    ///< Faster, or unknown.
    Stopped,  ///< Only stepped.
};
/// Before a turn: the wall clock's time and the world's pace. It changes nothing but where the
/// calendar resumes after a stop.
struct WallClock {
    CalendarTime shows;
    Pace pace = Pace::Ahead;
};
/// After the process or the machine slept: sets the calendar to the wall clock plus everything
/// advanced, but never back.
struct CalendarJump {
    CalendarTime wallClock;
};

/// The store has synced its turns up to one ticket, and its trees up to another.
struct StorageSynced {
    storage::Ticket upTo{};
    storage::Ticket trees = {};
};
/// What the store accepts from now on.
enum class Accepted : std::uint8_t {
    Everything,
    /// What clients ask for, as far as there is room, and what follows from it: no index is filled,
    /// and no replica copied.
    ClientWrites,
    /// The same without items that grow: of the writes of clients, only deletions.
    NoGrowth,
    /// Deletions and what else frees space: tables that settle, jobs that reclaim, expiries. What
    /// adds data waits: also catch-up, marks of streams, and changes for indexes and replicas, of
    /// which only deletions are taken.
    Deletions,
    /// Nothing (a full disk, damage, an I/O error). The caller admits no call that writes, and the
    /// world holds back its own work: jobs, copies, catch-up, expiries, changes for indexes, marks
    /// and expiry of streams, states of tables, recovery of transactions, hand-overs.
    Nothing,
};
struct StorageAccepts {
    Accepted accepted = Accepted::Everything;
    /// How many bytes it can still take; the maximum if there are many.
    std::uint64_t room = UINT64_MAX;
    bool operator==(const StorageAccepts&) const = default;
};
/// Why the world before this one had to end; for the trace.
struct StorageFailure {
    std::string message;
};

/// Begins to read all replicas of a table, in steps; see checksum_scan.h.
struct StartChecksums {
    std::string table;
    std::string region;
    std::string accountId{};  ///< As in ItemsLookRequest.
};
/// Reads for about another millisecond.
struct StepChecksums {};
/// Nobody waits for the result any more.
struct DropChecksums {
    ChecksumLookId look{};
};

/// Cancels a job, if its kind allows that.
struct CancelJob {
    JobId job{};
};

using Input =
    std::variant<CallInput, RefusedCall, FaultRequest, HealFault, HealAllFaults, SetProfile,
                 SetRegionClock, SetRegionLink, SetClock, WallClock, CalendarJump, StorageSynced,
                 StorageAccepts, StorageFailure, StartChecksums, StepChecksums, DropChecksums,
                 CancelJob, ResetTables, ExperimentInput>;

/// The number of what the input began (a fault, a checksum scan) or how much it did (a reset),
/// otherwise 0. Or one sentence that says why the input was refused.
using Admitted = std::expected<std::uint64_t, std::string>;

}  // namespace orrery::cluster
