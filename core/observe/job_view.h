#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/base/time.h"

namespace orrery::observe {

// Long work of a world, as `/status` and the window list it.

/// Stored with jobs that outlive a stop: a number keeps its meaning.
enum class JobKind : std::uint8_t {
    FillIndex = 0,
    ReclaimSpace = 1,
    ScanChecksums = 2,
    CopyReplica = 3,
};

struct JobSpec {
    JobKind kind;
    std::string_view name;   ///< In the control API.
    std::string_view shown;  ///< For people, before what it works on: "Filling".
    std::string_view unit;   ///< What its progress counts.
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
    std::uint64_t total = 0;  ///< As far as is known; never less than `done`.
    CalendarTime since;
    /// It found damaged bytes and continues after the next start.
    bool isStopped = false;
    bool operator==(const JobView&) const = default;
};

}  // namespace orrery::observe
