#include "core/cluster/kernel/regions.h"

namespace orrery::cluster {

std::string zoneName(const RegionState& region, ZoneIndex zone) {
    return region.name + static_cast<char>('a' + zone.value());
}

}  // namespace orrery::cluster
