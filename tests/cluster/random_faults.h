#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/prng.h"
#include "core/observe/fault_spec.h"
#include "tests/cluster/world_inputs.h"

namespace orrery::test {

// The faults that simulations draw inside a Region.

inline std::uint64_t activeFaults(const cluster::World& world) {
    return static_cast<std::uint64_t>(std::ranges::count_if(
        world.faults(), [](const observe::FaultView& fault) { return fault.active; }));
}

/// A zone fails or a link is cut, unless two faults are active. The fault ends by itself within
/// some seconds; with `mayLast`, half of them stay until somebody heals them.
inline void beginFault(cluster::World& world, Prng& prng, bool mayLast,
                       std::string_view region = "us-east-1") {
    if (activeFaults(world) >= 2) return;
    const auto zone = [&prng, region] {
        return std::string(region) + static_cast<char>('a' + prng.below(kZonesPerRegion));
    };
    const std::string a = zone();
    const std::string b = zone();
    std::optional<Duration> lasts;
    if (!mayLast || prng.chance({1, 2}))
        lasts = std::chrono::milliseconds(50 + static_cast<std::int64_t>(prng.below(4000)));
    if (prng.chance({1, 2})) {
        static_cast<void>(failZone(world, a, lasts));
    } else {
        static_cast<void>(cutLink(world, a, b, lasts));
    }
}

/// Heals all faults but one cut link, if one is cut.
inline void healAllButALink(cluster::World& world) {
    const std::string_view cut = observe::specOf(observe::FaultKind::LinkCut).name;
    bool isKept = false;
    for (const observe::FaultView& fault : world.faults()) {
        if (!fault.active) continue;
        if (fault.kind == cut && !std::exchange(isKept, true)) continue;
        heal(world, fault.id);
    }
}

/// Heals an active fault, or begins one.
inline void changeFault(cluster::World& world, Prng& prng) {
    const std::uint64_t active = activeFaults(world);
    if (active > 0 && prng.chance({1, 2})) {
        heal(world, world.faults()[prng.below(active)].id);
        return;
    }
    beginFault(world, prng, true);
}

}  // namespace orrery::test
