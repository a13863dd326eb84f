#pragma once

#include <map>
#include <set>
#include <utility>

#include "core/base/ids.h"
#include "core/cluster/catalog/region_settings.h"

namespace orrery::cluster {

/// What all active faults together do to the links between Regions. Each link is one direction.
/// Only faults/ fills it in.
class RegionLinkFaults {
public:
    /// Cuts all links of a Region in both directions, also those to Regions that are added later.
    void isolate(RegionId region) { m_isolated.insert(region); }
    void cut(RegionId from, RegionId to) { m_links[{from, to}].isCut = true; }
    /// The link delays each message by so much more, and loses so many of those that it would
    /// deliver without this.
    void slow(RegionId from, RegionId to, const RegionLink& more);

    /// True if the link is as with `other`.
    bool isSame(const RegionLinkFaults& other, RegionId from, RegionId to) const;
    bool isCut(RegionId from, RegionId to) const;
    /// The link as it is with its faults, but for cuts; without them it is `link`.
    RegionLink added(const RegionLink& link, RegionId from, RegionId to) const;

private:
    struct LinkFaults {
        bool isCut = false;
        RegionLink more;
        bool operator==(const LinkFaults&) const = default;
    };

    LinkFaults of(RegionId from, RegionId to) const;

    std::set<RegionId> m_isolated;
    std::map<std::pair<RegionId, RegionId>, LinkFaults> m_links;
};

}  // namespace orrery::cluster
