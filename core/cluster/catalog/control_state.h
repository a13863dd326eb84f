#pragma once

#include <cstdint>
#include <optional>

#include "core/cluster/catalog/profile.h"
#include "core/sim/live_clock.h"
#include "core/storage/store.h"

namespace orrery::cluster {

// What a person has set and a world takes up again after a stop, a kill or a failed commit. Each is
// a named value of the store, written with the turn that changed it; one that is missing was never
// set. Active faults, the third of them, are in zones.cpp; where the two times go on, in
// world_clock.cpp.
//
//   value "clock-setting" := paused:uint8 speed:uint64   // 0 or 1; millionths of the wall's speed
//   value "profile"       := name                        // one that Profile::find knows

/// How the live clock is set: what PUT /clock changes.
struct ClockSetting {
    bool paused = false;
    /// In millionths of the wall clock's; holds also when a paused clock goes on.
    std::uint64_t speed = sim::LiveClock::kNormalSpeed;

    /// The calendar is meant to fall behind the wall clock.
    bool isHeldBack() const { return paused || speed < sim::LiveClock::kNormalSpeed; }
    bool operator==(const ClockSetting&) const = default;
};

void keepClockSetting(storage::Turn& turn, const ClockSetting& setting);
/// A clock that nobody set runs at normal speed. What is damaged is told in one sentence.
storage::StorageResult<ClockSetting> keptClockSetting(const storage::Store& store);

void keepProfile(storage::Turn& turn, const Profile& profile);
/// Null if none was chosen. What this version does not know is told in one sentence.
storage::StorageResult<const Profile*> keptProfile(const storage::Store& store);

}  // namespace orrery::cluster
