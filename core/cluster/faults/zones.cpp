#include "core/cluster/faults/zones.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/result.h"

namespace orrery::cluster {

std::expected<Zones::Place, std::string> Zones::findZone(std::string_view name) const {
    std::string known;
    for (const auto& region : m_world.regions) {
        for (const ZoneIndex zone : kZones) {
            const std::string candidate = zoneName(*region, zone);
            if (candidate == name) return Place{region.get(), zone};
            known += known.empty() ? candidate : ", " + candidate;
        }
    }
    if (known.empty())
        return std::unexpected(
            "There is no zone yet: a Region exists once a table is created in it.");
    return std::unexpected("There is no zone " + std::string(name) + ". Zones: " + known + ".");
}

Zones::FaultResult Zones::begin(const FaultRequest& request) {
    const observe::FaultSpec& spec = observe::specOf(request.kind);
    CHECK(request.zones.size() == spec.zoneCount);
    std::vector<Place> places;
    for (const std::string& zone : request.zones) {
        TRY_ASSIGN(const Place place, findZone(zone));
        places.push_back(place);
    }
    const Place& first = places.front();
    const Place& last = places.back();
    const bool differ = places.size() == 1 || first.zone != last.zone;
    if (first.region != last.region || !differ)
        return std::unexpected("A link fault needs two different zones of one Region.");
    const Fault fault =
        m_faults.make(request.kind, first.region->id, std::min(first.zone, last.zone),
                      std::max(first.zone, last.zone));
    if (m_faults.hasActive(fault))
        return std::unexpected(observe::faultText(spec.refused, fault.view.target));
    const Fault& added = m_faults.add(fault, request.duration);
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
    RegionState& region = m_world.region(fault.region);
    switch (fault.kind) {
        case observe::FaultKind::ZoneOutage:
            return setPower(region, fault.a, !active);
        case observe::FaultKind::LinkCut:
            return setCut(region, fault.a, fault.b, active);
        case observe::FaultKind::RegionIsolation:
        case observe::FaultKind::RegionLoss:
        case observe::FaultKind::RegionLinkCut:
        case observe::FaultKind::RegionLinkSlow:
        case observe::FaultKind::ReplicationPause:
            break;
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
