#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/cluster/world/world.h"

namespace orrery::test {

// The inputs of a world in a short form for tests.

inline cluster::Admitted failZone(cluster::World& world, std::string_view zone,
                                  std::optional<Duration> duration) {
    return world.admit(
        cluster::FaultRequest{observe::FaultKind::ZoneOutage, {std::string(zone)}, duration});
}

inline cluster::Admitted cutLink(cluster::World& world, std::string_view zoneA,
                                 std::string_view zoneB, std::optional<Duration> duration) {
    return world.admit(cluster::FaultRequest{
        observe::FaultKind::LinkCut, {std::string(zoneA), std::string(zoneB)}, duration});
}

inline bool heal(cluster::World& world, std::uint64_t fault) {
    return world.admit(cluster::HealFault{fault}).has_value();
}

inline void healAll(cluster::World& world) {
    static_cast<void>(world.admit(cluster::HealAllFaults{}));
}

inline void setProfile(cluster::World& world, const cluster::Profile& profile) {
    static_cast<void>(world.admit(cluster::SetProfile{profile}));
}

inline void setClockSetting(cluster::World& world, const cluster::ClockSetting& setting) {
    static_cast<void>(world.admit(cluster::SetClock{setting}));
}

inline void setCalendar(cluster::World& world, CalendarTime wallClock) {
    static_cast<void>(world.admit(cluster::CalendarJump{wallClock}));
}

inline void noteWallClock(cluster::World& world, CalendarTime wallClock, cluster::Pace pace) {
    static_cast<void>(world.admit(cluster::WallClock{wallClock, pace}));
}

inline cluster::LookResult<cluster::ChecksumLookId> startChecksums(cluster::World& world,
                                                                   std::string_view table,
                                                                   std::string_view region) {
    const auto look = world.admit(cluster::StartChecksums{std::string(table), std::string(region)});
    if (!look) return std::unexpected(look.error());
    return cluster::ChecksumLookId(*look);
}

inline void stepChecksums(cluster::World& world) {
    static_cast<void>(world.admit(cluster::StepChecksums{}));
}

inline void dropChecksums(cluster::World& world, cluster::ChecksumLookId look) {
    static_cast<void>(world.admit(cluster::DropChecksums{look}));
}

}  // namespace orrery::test
