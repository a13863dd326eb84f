#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/cluster/kernel/world_state.h"

namespace orrery::cluster {

// Inputs name zones and Regions. These find them, or return the one sentence that refuses the
// input.

template <typename T>
using Named = std::expected<T, std::string>;

/// A zone of a Region, which lives as long as its world.
struct NamedZone {
    RegionState* region = nullptr;
    ZoneIndex zone{};
};

Named<NamedZone> zoneNamed(WorldState& world, std::string_view name);
Named<RegionState*> regionNamed(const WorldState& world, std::string_view name);
/// The ends of a link: two different Regions.
Named<std::pair<RegionState*, RegionState*>> linkNamed(const WorldState& world,
                                                       std::string_view from, std::string_view to);

/// Why no link may be like this.
std::optional<std::string> refusedLink(const RegionLink& link);

}  // namespace orrery::cluster
