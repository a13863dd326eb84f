#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <vector>

#include "core/cluster/kernel/group.h"

namespace orrery::cluster {

/// Where each zone's router looks for the leader of a group first. A router knows the leader that
/// the partition map names, and learns of others by the answers and redirects that it gets; what
/// one router has learnt, another does not know.
class LeaderHints {
public:
    ZoneIndex find(const Group& group, ZoneIndex router) const;
    void learn(const Group& group, ZoneIndex router, ZoneIndex leader);
    /// The router's zone lost its power, and the router its memory.
    void forget(RegionId region, ZoneIndex router);

private:
    /// By the id of the group: 0 where nothing was learnt, else 1 + the zone.
    using Learnt = std::vector<std::uint8_t>;

    std::map<RegionId, std::array<Learnt, kZonesPerRegion>> m_regions;
};

}  // namespace orrery::cluster
