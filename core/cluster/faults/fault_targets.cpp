#include "core/cluster/faults/fault_targets.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/result.h"

namespace orrery::cluster {
namespace {

using observe::FaultTarget;

constexpr std::size_t kTableNameMax = 255;

Named<FaultPlace> zonesOf(WorldState& world, const FaultRequest& request) {
    CHECK(request.zones.size() == observe::specOf(request.kind).zoneCount);
    TRY_ASSIGN(const NamedZone first, zoneNamed(world, request.zones.front()));
    TRY_ASSIGN(const NamedZone last, zoneNamed(world, request.zones.back()));
    const bool differ = request.zones.size() == 1 || first.zone != last.zone;
    if (first.region != last.region || !differ)
        return std::unexpected("A link fault needs two different zones of one Region.");
    FaultPlace place;
    place.region = first.region->id;
    place.a = std::min(first.zone, last.zone);
    place.b = std::max(first.zone, last.zone);
    return place;
}

Named<FaultPlace> regionsOf(const WorldState& world, const FaultRequest& request) {
    CHECK(request.regions.size() <= 2);
    FaultPlace place;
    for (const std::string& name : request.regions) {
        TRY_ASSIGN(const RegionState* const region, regionNamed(world, name));
        place.regions.push_back(region->id);
    }
    if (request.regions.size() == 2)
        TRY(linkNamed(world, request.regions.front(), request.regions.back()));
    place.table = request.table;
    place.oneWay = request.oneWay;
    place.slow = request.slow;
    if (place.table.size() > kTableNameMax)
        return std::unexpected("The name of a table has at most 255 characters.");
    if (auto refused = refusedLink(place.slow)) return std::unexpected(*std::move(refused));
    const bool slowsNothing = place.slow.delay == Duration::zero() &&
                              place.slow.jitter == Duration::zero() &&
                              place.slow.loss.numerator == 0;
    if (request.kind == observe::FaultKind::RegionLinkSlow && slowsNothing)
        return std::unexpected(
            "A slow link needs a delay, a jitter or a loss that is greater than zero.");
    return place;
}

std::string joined(const std::vector<std::string>& names, std::string_view between) {
    std::string text;
    for (const std::string& name : names)
        text.append(text.empty() ? "" : between).append(name);
    return text;
}

}  // namespace

Named<FaultPlace> placeOf(WorldState& world, const FaultRequest& request) {
    const bool areZones = observe::specOf(request.kind).target == FaultTarget::Zones;
    return areZones ? zonesOf(world, request) : regionsOf(world, request);
}

void showPlace(const WorldState& world, Fault& fault) {
    const observe::FaultSpec& spec = observe::specOf(fault.kind);
    const FaultPlace& place = fault.place;
    observe::FaultView& view = fault.view;
    view.kind = spec.name;
    for (const RegionId region : place.regions)
        view.regions.push_back(world.region(region).name);
    view.table = place.table;
    view.oneWay = place.oneWay;
    view.delay = place.slow.delay;
    view.jitter = place.slow.jitter;
    view.loss = static_cast<double>(place.slow.loss.numerator) /
                static_cast<double>(place.slow.loss.denominator);
    switch (spec.target) {
        case FaultTarget::Zones:
            view.zones = {zoneName(world.region(place.region), place.a)};
            if (spec.zoneCount == 2)
                view.zones.push_back(zoneName(world.region(place.region), place.b));
            view.target = joined(view.zones, " - ");
            break;
        case FaultTarget::Region:
            view.target = view.regions.front();
            break;
        case FaultTarget::RegionPair:
            view.target = joined(view.regions, place.oneWay ? " to " : " - ");
            break;
        case FaultTarget::Replication:
            view.target = view.regions.empty() ? "all Regions" : joined(view.regions, " - ");
            if (!view.table.empty()) view.target = view.table + ", " + view.target;
            break;
    }
    if (fault.kind == observe::FaultKind::RegionLoss) {
        for (const ZoneIndex zone : kZones)
            view.zones.push_back(zoneName(world.region(place.regions.front()), zone));
    }
}

}  // namespace orrery::cluster
