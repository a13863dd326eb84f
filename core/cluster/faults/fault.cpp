#include "core/cluster/faults/fault.h"

#include <algorithm>

namespace orrery::cluster {

bool isSamePlace(const FaultPlace& one, const FaultPlace& other) {
    const bool areRegionsEqual = one.oneWay
                                     ? one.regions == other.regions
                                     : std::ranges::is_permutation(one.regions, other.regions);
    return one.region == other.region && one.a == other.a && one.b == other.b &&
           one.oneWay == other.oneWay && one.table == other.table && areRegionsEqual;
}

}  // namespace orrery::cluster
