#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/cluster/faults/fault_request.h"
#include "core/cluster/world/world.h"

namespace orrery::test {

// Faults of Regions in a short form for tests.

inline cluster::FaultRequest regionFault(observe::FaultKind kind,
                                         std::vector<std::string> regions) {
    cluster::FaultRequest request;
    request.kind = kind;
    request.regions = std::move(regions);
    return request;
}

inline cluster::FaultRequest isolated(std::string region) {
    return regionFault(observe::FaultKind::RegionIsolation, {std::move(region)});
}

inline cluster::FaultRequest lost(std::string region) {
    return regionFault(observe::FaultKind::RegionLoss, {std::move(region)});
}

inline cluster::FaultRequest regionCut(std::string from, std::string to, bool oneWay = false) {
    auto request = regionFault(observe::FaultKind::RegionLinkCut, {std::move(from), std::move(to)});
    request.oneWay = oneWay;
    return request;
}

inline cluster::FaultRequest regionSlow(std::string from, std::string to,
                                        const cluster::RegionLink& more, bool oneWay = false) {
    auto request =
        regionFault(observe::FaultKind::RegionLinkSlow, {std::move(from), std::move(to)});
    request.slow = more;
    request.oneWay = oneWay;
    return request;
}

inline cluster::FaultRequest paused(std::vector<std::string> regions, std::string table = {}) {
    auto request = regionFault(observe::FaultKind::ReplicationPause, std::move(regions));
    request.table = std::move(table);
    return request;
}

/// All zones and links of a world as its faults leave them, as text.
inline std::string stateOfRegions(const cluster::World& world) {
    std::string text;
    for (const cluster::RegionStatus& region : world.regions()) {
        text += region.name + ":";
        for (const bool up : region.up)
            text += up ? " up" : " down";
        for (const cluster::RegionStatus::Link& link : region.links) {
            text += "; to " + link.to + (link.isCut ? " cut " : " ") +
                    std::to_string(link.link.delay.count()) + "+" +
                    std::to_string(link.link.jitter.count()) + " lost " +
                    std::to_string(link.link.loss.numerator) + "/" +
                    std::to_string(link.link.loss.denominator);
        }
        text += "\n";
    }
    return text;
}

}  // namespace orrery::test
