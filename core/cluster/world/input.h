#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <variant>

#include "core/cluster/catalog/control_state.h"
#include "core/cluster/catalog/profile.h"
#include "core/cluster/catalog/request.h"
#include "core/cluster/faults/fault_request.h"
#include "core/cluster/inspect/look.h"
#include "core/cluster/kernel/calls.h"
#include "core/cluster/kernel/job_id.h"

namespace orrery::cluster {

// What comes to a world from outside, as values. A world changes by these and by the passing of
// time alone. So a run is its seed and its inputs, each with its instant and the number of events
// before it: enough to play it again.

/// A call of an application as it came: its names are looked up when it is admitted. `Answered` has
/// the id.
struct CallInput {
    CallId id{};
    std::unique_ptr<Call> call;
    Caller caller;
};

/// Ends a fault (FaultRequest begins one), or all of them.
struct HealFault {
    std::uint64_t fault = 0;
};
struct HealAllFaults {};

/// Delays, leases and detection times from now on. It is kept.
struct SetProfile {
    Profile profile;
};
/// How the driver's clock is set. It changes nothing in the world, which is told of time by `run`;
/// the world keeps it.
struct SetClock {
    ClockSetting setting;
};

/// How a world's time goes by the wall clock.
enum class Pace : std::uint8_t {
    Slower,
    AsTheWall,
    Ahead,    ///< Faster, or as nobody knows.
    Stopped,  ///< Only as somebody steps it.
};
/// Before a turn: what the wall clock shows, and how the world's time goes by it. Changes nothing
/// in the world; it decides where the calendar goes on after a stop.
struct WallClock {
    CalendarTime shows;
    Pace pace = Pace::Ahead;
};
/// After the process or the machine slept: the calendar becomes the wall clock plus all that was
/// advanced, never less than it was.
struct CalendarJump {
    CalendarTime wallClock;
};

/// The store has synced its turns up to this one, and has in its trees what was applied up to
/// another.
struct StorageSynced {
    storage::Ticket upTo{};
    storage::Ticket trees = {};
};
/// The world that was there before this one had to end: the trace says why.
struct StorageFailure {
    std::string message;
};

/// Begins to read all replicas of a table, in steps: see checksum_scan.h.
struct StartChecksums {
    std::string table;
    std::string region;
};
/// Reads on, for a millisecond or so.
struct StepChecksums {};
/// Nobody waits for it any more.
struct DropChecksums {
    ChecksumLookId look{};
};

/// Ends a job that can be cancelled.
struct CancelJob {
    JobId job{};
};

using Input = std::variant<CallInput, FaultRequest, HealFault, HealAllFaults, SetProfile, SetClock,
                           WallClock, CalendarJump, StorageSynced, StorageFailure, StartChecksums,
                           StepChecksums, DropChecksums, CancelJob>;

/// The number of what an input began (a fault, a checksum look), otherwise 0; or one sentence that
/// says why it was not taken.
using Admitted = std::expected<std::uint64_t, std::string>;

}  // namespace orrery::cluster
