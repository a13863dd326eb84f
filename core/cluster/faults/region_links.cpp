#include "core/cluster/faults/region_links.h"

#include <utility>

#include "core/base/check.h"

namespace orrery::cluster {
namespace {

void addTo(RegionLinkFaults& links, const Fault& fault) {
    const FaultPlace& place = fault.place;
    switch (fault.kind) {
        case observe::FaultKind::ZoneOutage:
        case observe::FaultKind::LinkCut:
        case observe::FaultKind::ReplicationPause:
            return;
        case observe::FaultKind::RegionIsolation:
        case observe::FaultKind::RegionLoss:
            links.isolate(place.regions.front());
            return;
        case observe::FaultKind::RegionLinkCut:
            links.cut(place.regions.front(), place.regions.back());
            if (!place.oneWay) links.cut(place.regions.back(), place.regions.front());
            return;
        case observe::FaultKind::RegionLinkSlow:
            links.slow(place.regions.front(), place.regions.back(), place.slow);
            if (!place.oneWay) links.slow(place.regions.back(), place.regions.front(), place.slow);
            return;
    }
    CHECK(false);
}

std::vector<ReplicationPause> pausesOf(const WorldState& world, const std::vector<Fault>& faults) {
    std::vector<ReplicationPause> pauses;
    for (const Fault& fault : faults) {
        if (!fault.view.active || fault.kind != observe::FaultKind::ReplicationPause) continue;
        const FaultPlace& place = fault.place;
        const auto name = [&](std::size_t i) {
            return i < place.regions.size() ? world.region(place.regions[i]).name : std::string();
        };
        pauses.push_back({name(0), name(1), place.table});
        if (!place.regions.empty()) pauses.push_back({name(1), name(0), place.table});
    }
    return pauses;
}

RegionLinkFaults linkFaultsOf(const std::vector<Fault>& faults) {
    RegionLinkFaults links;
    for (const Fault& fault : faults)
        if (fault.view.active) addTo(links, fault);
    return links;
}

}  // namespace

void refreshRegionLinks(WorldState& world, const std::vector<Fault>& faults) {
    world.setRegionLinkFaults(linkFaultsOf(faults));
    world.replicationPauses.set(pausesOf(world, faults));
}

}  // namespace orrery::cluster
