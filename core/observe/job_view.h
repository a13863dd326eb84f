#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/time.h"

namespace orrery::observe {

// The jobs of a world, as listed by `/status` and the window.

/// Stored with jobs that survive a stop, so numbers keep their meaning.
enum class JobKind : std::uint8_t {
    FillIndex = 0,
    ReclaimSpace = 1,
    ScanChecksums = 2,
    CopyReplica = 3,
    RecoverTransactions = 4,
    FillExpiry = 5,
    FillReplica = 6,
};

struct JobSpec {
    JobKind kind;
    std::string_view name;   ///< In the control API.
    std::string_view shown;  ///< Shown before the subject: "Filling".
    std::string_view unit;   ///< The unit of its progress.
    bool canCancel;
};

/// In order of their kinds.
std::span<const JobSpec> jobSpecs();
const JobSpec& specOf(JobKind kind);

struct JobView {
    std::uint64_t id = 0;
    JobKind kind{};
    std::string subject;  ///< "index ByColour of table Music".
    std::uint64_t done = 0;
    std::uint64_t total = 0;  ///< As far as known; never less than `done`.
    CalendarTime since;
    /// The job found corrupt data and continues after the next start.
    bool isStopped = false;
    /// The job goes on once the disk has more room.
    bool waitsForRoom = false;
    bool operator==(const JobView&) const = default;
};

}  // namespace orrery::observe
