#include "core/cluster/kernel/region_checks.h"

#include <algorithm>

#include "core/base/result.h"

namespace orrery::cluster {
namespace {

/// `known` lists those that exist, after their plural.
std::string refusal(std::string_view what, std::string_view name, const std::string& known) {
    const std::string none = "There is no " + std::string(what) + " ";
    if (!known.empty()) return none + std::string(name) + ". " + known + ".";
    return none + "yet: a Region exists once a table is created in it.";
}

}  // namespace

Named<NamedZone> zoneNamed(WorldState& world, std::string_view name) {
    std::string known;
    for (const auto& region : world.regions) {
        for (const ZoneIndex zone : kZones) {
            const std::string candidate = zoneName(*region, zone);
            if (candidate == name) return NamedZone{region.get(), zone};
            known += (known.empty() ? "Zones: " : ", ") + candidate;
        }
    }
    return std::unexpected(refusal("zone", name, known));
}

Named<RegionState*> regionNamed(const WorldState& world, std::string_view name) {
    if (RegionState* found = world.findRegion(name)) return found;
    std::string known;
    for (const auto& region : world.regions)
        known += (known.empty() ? "Regions: " : ", ") + region->name;
    return std::unexpected(refusal("Region", name, known));
}

Named<std::pair<RegionState*, RegionState*>> linkNamed(const WorldState& world,
                                                       std::string_view from, std::string_view to) {
    TRY_ASSIGN(RegionState* const first, regionNamed(world, from));
    TRY_ASSIGN(RegionState* const second, regionNamed(world, to));
    if (first == second) return std::unexpected("A link needs two different Regions.");
    return std::pair(first, second);
}

std::optional<std::string> refusedLink(const RegionLink& link) {
    if (std::max(link.delay, link.jitter) <= kLinkDelayMax) return std::nullopt;
    return "A link can take at most ten minutes.";
}

}  // namespace orrery::cluster
