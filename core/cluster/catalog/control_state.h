#pragma once

#include <cstdint>
#include <optional>

#include "core/cluster/catalog/profile.h"
#include "core/sim/live_clock.h"
#include "core/storage/store.h"

namespace orrery::cluster {

// Settings that a person makes and that outlive a stop, a kill or a failed commit. Each is a named
// value of the store, written with the turn that changed it; a missing value was never set.
// zones.cpp saves the active faults, region_settings.cpp what is set for Regions; world_clock.cpp
// saves the instant and the calendar offset.
//
//   value "clock-setting" := paused:uint8 speed:uint64   // 0 or 1; millionths of the wall's speed
//   value "profile"       := name                        // one that Profile::find knows

/// The setting of the live clock, which PUT /clock changes.
struct ClockSetting {
    bool paused = false;
    /// In millionths of the wall clock's speed; a paused clock uses it when it resumes.
    std::uint64_t speed = sim::LiveClock::kNormalSpeed;

    /// True if the calendar may fall behind the wall clock.
    bool isHeldBack() const { return paused || speed < sim::LiveClock::kNormalSpeed; }
    bool operator==(const ClockSetting&) const = default;
};

void saveClockSetting(storage::Turn& turn, const ClockSetting& setting);
/// Returns normal speed if no setting is saved, and a one-sentence error if the saved one is
/// corrupt.
storage::StorageResult<ClockSetting> loadClockSetting(const storage::Store& store);

void saveProfile(storage::Turn& turn, const Profile& profile);
/// Returns null if none is saved, and a one-sentence error if this version does not know the saved
/// one.
storage::StorageResult<const Profile*> loadProfile(const storage::Store& store);

}  // namespace orrery::cluster
