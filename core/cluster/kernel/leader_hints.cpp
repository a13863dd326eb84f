#include "core/cluster/kernel/leader_hints.h"

namespace orrery::cluster {

ZoneIndex LeaderHints::find(const Group& group, ZoneIndex router) const {
    const auto region = m_regions.find(group.region);
    if (region == m_regions.end()) return group.appointed;
    const Learnt& learnt = region->second[router.value()];
    const std::size_t at = group.id.value();
    if (at >= learnt.size() || learnt[at] == 0) return group.appointed;
    return ZoneIndex(static_cast<std::uint8_t>(learnt[at] - 1));
}

void LeaderHints::learn(const Group& group, ZoneIndex router, ZoneIndex leader) {
    if (find(group, router) == leader) return;
    Learnt& learnt = m_regions[group.region][router.value()];
    const std::size_t at = group.id.value();
    if (at >= learnt.size()) learnt.resize(at + 1);
    learnt[at] = static_cast<std::uint8_t>(leader.value() + 1);
}

void LeaderHints::forget(RegionId region, ZoneIndex router) {
    const auto found = m_regions.find(region);
    if (found != m_regions.end()) Learnt().swap(found->second[router.value()]);
}

}  // namespace orrery::cluster
