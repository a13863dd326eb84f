#include "core/cluster/faults/zones.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/cluster/faults/fault_targets.h"
#include "core/cluster/faults/region_links.h"

namespace orrery::cluster {

Zones::FaultResult Zones::begin(const FaultRequest& request) {
    TRY_ASSIGN(FaultPlace place, placeOf(m_world, request));
    Fault fault = m_faults.make(request.kind, std::move(place));
    if (m_faults.hasActive(fault))
        return std::unexpected(
            observe::faultText(observe::specOf(request.kind).refused, fault.view.target));
    const Fault& added = m_faults.add(std::move(fault), request.duration);
    start(added);
    return added.view.id;
}

void Zones::start(const Fault& fault) {
    const EventId begun = setEffect(fault, true);
    if (fault.view.until == Instant::never()) return;
    const CauseScope scope(m_world.queue, begun);
    m_world.queue.add(std::max(fault.view.until, m_world.now), FaultEnds{fault.view.id});
}

EventId Zones::setEffect(const Fault& fault, bool active) {
    const FaultPlace& place = fault.place;
    switch (fault.kind) {
        case observe::FaultKind::ZoneOutage:
            return refreshPower(m_world.region(place.region));
        case observe::FaultKind::LinkCut:
            return setCut(m_world.region(place.region), place.a, place.b, active);
        case observe::FaultKind::RegionLoss:
            refreshLinks();
            return refreshPower(m_world.region(place.regions.front()));
        case observe::FaultKind::RegionIsolation:
        case observe::FaultKind::RegionLinkCut:
        case observe::FaultKind::RegionLinkSlow:
        case observe::FaultKind::ReplicationPause:
            refreshLinks();
            return m_world.queue.cause;
    }
    CHECK(false);
}

bool Zones::heal(std::uint64_t id) {
    const Fault* fault = m_faults.end(id);
    if (fault == nullptr) return false;
    setEffect(*fault, false);
    return true;
}

void Zones::healAll() {
    for (const Fault& fault : m_faults.all())
        heal(fault.view.id);
}

void Zones::on(const FaultEnds& ends) {
    heal(ends.fault);
}

EventId Zones::refreshPower(RegionState& region) {
    EventId event = m_world.queue.cause;
    for (const ZoneIndex zone : kZones) {
        const bool up = !m_faults.takesPower(region.id, zone);
        if (up != region.up[zone.value()]) event = setPower(region, zone, up);
    }
    const CauseScope scope(m_world.queue, event);
    m_seats.refresh();
    return event;
}

void Zones::refreshLinks() {
    refreshRegionLinks(m_world, m_faults.all());
    m_seats.refresh();
}

EventId Zones::setPower(RegionState& region, ZoneIndex zone, bool up) {
    m_world.network.setNodeUp(nodeOf(region.id, zone), up);
    region.up[zone.value()] = up;
    const EventId event = up ? m_world.emit(observe::ZoneHealed{region.id, zone})
                             : m_world.emit(observe::ZoneFailed{region.id, zone});
    const CauseScope scope(m_world.queue, event);
    m_sweeps.begin(PowerChange{region.id, zone, up});
    for (const ZoneIndex other : kZones) {
        if (other == zone) continue;
        m_detector.connectionChanged(region, other, zone);
        m_detector.connectionChanged(region, zone, other);
    }
    return event;
}

EventId Zones::setCut(RegionState& region, ZoneIndex a, ZoneIndex b, bool cut) {
    const auto nodeA = nodeOf(region.id, a);
    const auto nodeB = nodeOf(region.id, b);
    if (cut) {
        m_world.network.cut(nodeA, nodeB);
        m_world.network.cut(nodeB, nodeA);
    } else {
        m_world.network.heal(nodeA, nodeB);
        m_world.network.heal(nodeB, nodeA);
    }
    const EventId event = cut ? m_world.emit(observe::LinkCut{region.id, a, b})
                              : m_world.emit(observe::LinkHealed{region.id, a, b});
    const CauseScope scope(m_world.queue, event);
    m_detector.connectionChanged(region, a, b);
    m_detector.connectionChanged(region, b, a);
    return event;
}

storage::StorageResult<void> Zones::reopen() {
    TRY(m_faults.load());
    for (const Fault& fault : m_faults.all())
        start(fault);
    return {};
}

}  // namespace orrery::cluster
