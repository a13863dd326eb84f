#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/base/ids.h"
#include "core/sim/network.h"

namespace orrery::cluster {

/// Three zones, numbered.
inline constexpr std::array<ZoneIndex, kZonesPerRegion> kZones = {ZoneIndex(0), ZoneIndex(1),
                                                                  ZoneIndex(2)};

/// As many as a RegionId tells apart.
inline constexpr std::size_t kRegionsMax = 256;

/// The node of a zone on the network has the number of its volume.
constexpr sim::NodeId nodeOf(RegionId region, ZoneIndex zone) {
    return volumeOf(region, zone).value();
}

/// A Region and its zones as they are now. Only faults/ changes what they are and know.
struct RegionState {
    RegionId id{};
    std::string name;
    std::array<bool, kZonesPerRegion> up{true, true, true};
    /// suspects[observer][observed]: the observer no longer hears it.
    std::array<std::array<bool, kZonesPerRegion>, kZonesPerRegion> suspects{};
};

/// "us-east-1b".
std::string zoneName(const RegionState& region, ZoneIndex zone);

}  // namespace orrery::cluster
