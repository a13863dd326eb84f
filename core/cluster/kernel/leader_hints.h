#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "core/cluster/kernel/group.h"

namespace orrery::cluster {

/// Where each zone's router first looks for the leader of a group. A router knows the leader in the
/// partition map and learns of others from answers and redirects. Routers do not share what they
/// learn.
class LeaderHints {
public:
    ZoneIndex find(const Group& group, ZoneIndex router) const;
    void learn(const Group& group, ZoneIndex router, ZoneIndex leader);
    /// The router's zone lost power, and the router its memory.
    void forget(RegionId region, ZoneIndex router);

private:
    /// Indexed by group id: 0 if nothing was learnt, otherwise 1 + the zone.
    using Learnt = std::vector<std::uint8_t>;

    std::map<RegionId, std::array<Learnt, kZonesPerRegion>> m_regions;
};

}  // namespace orrery::cluster
