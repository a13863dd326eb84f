#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/base/ids.h"
#include "core/sim/network.h"

namespace orrery::cluster {

/// The three zones, by number.
inline constexpr std::array<ZoneIndex, kZonesPerRegion> kZones = {ZoneIndex(0), ZoneIndex(1),
                                                                  ZoneIndex(2)};

/// The number of values of a RegionId.
inline constexpr std::size_t kRegionsMax = 256;

/// The network node of a zone; it has the same number as its volume.
constexpr sim::NodeId nodeOf(RegionId region, ZoneIndex zone) {
    return volumeOf(region, zone).value();
}

/// The current state of a Region and its zones, which only faults/ changes.
struct RegionState {
    RegionId id{};
    std::string name;
    GroupId ledger{};  ///< Of the Region's transactions; 0 before the first one.
    std::array<bool, kZonesPerRegion> up{true, true, true};
    /// suspects[observer][observed]: the observer no longer hears that node.
    std::array<std::array<bool, kZonesPerRegion>, kZonesPerRegion> suspects{};
};

/// "us-east-1b".
std::string zoneName(const RegionState& region, ZoneIndex zone);

}  // namespace orrery::cluster
