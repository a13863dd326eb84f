#include "core/cluster/indexes/index_post.h"

namespace orrery::cluster {

ZoneIndex IndexPost::nextZone(RegionId region, ZoneIndex from, ZoneIndex target) const {
    const auto& suspects = m_world.region(region).suspects[from.value()];
    if (!suspects[target.value()]) return target;
    if (m_world.plantedBug == PlantedBug::IndexTakesNoDetour) return target;
    for (const ZoneIndex zone : kZones) {
        if (zone != from && zone != target && !suspects[zone.value()]) return zone;
    }
    return target;
}

}  // namespace orrery::cluster
