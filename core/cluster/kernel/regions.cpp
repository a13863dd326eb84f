#include "core/cluster/kernel/regions.h"

#include "core/base/zone_letter.h"

namespace orrery::cluster {

std::string zoneName(const RegionState& region, ZoneIndex zone) {
    return region.name + letterOf(zone);
}

}  // namespace orrery::cluster
