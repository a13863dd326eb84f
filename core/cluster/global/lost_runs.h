#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/time.h"

namespace orrery::cluster {

// Which writes of an item its own Region has lost, exactly.
//
// A version replaces one other, so its ancestors are a line, and the newest of a Region's own
// writes among them, its head, tells which those are: a write names the one that it descends from,
// and so on. Own writes in a row, on one line, are a run. Only runs that are lost are kept. All
// other own writes are ancestors of the present version: they fill the times between lost runs, in
// the order of their line.

/// A write of an item by this Region.
struct OwnWrite {
    CalendarTime at;           ///< Its commit timestamp.
    std::uint64_t number = 0;  ///< See table::VersionHead; 0: there is no such write.
    bool isNone() const { return number == 0; }
    bool operator==(const OwnWrite&) const = default;
};

/// Own writes in a row, each of which replaced the one before or what another Region made of it,
/// and none of which the present version descends from.
struct LostRun {
    OwnWrite before;  ///< The own write before the first of them in time, whatever its line.
    OwnWrite parent;  ///< The one that the first of them descends from.
    OwnWrite last;

    /// How many they are.
    std::uint64_t count() const {
        return last.number - std::min(parent.number, std::max<std::uint64_t>(last.number, 1) - 1);
    }
    bool operator==(const LostRun&) const = default;
};

/// What becomes of the runs of an item when a version from elsewhere replaces the present one.
struct RunsChange {
    std::vector<LostRun> lost;  ///< They have been on the line of the present version.
    std::vector<std::size_t> withdrawn;
    /// The version descends from the first writes of this run; what is left of it.
    std::vector<std::pair<std::size_t, LostRun>> cut;
};

/// `lost` are the lost runs by time, `old` and `now` the heads of the present version and of the
/// one that replaces it.
RunsChange runsAfter(const std::vector<LostRun>& lost, const OwnWrite& old, const OwnWrite& now);

}  // namespace orrery::cluster
