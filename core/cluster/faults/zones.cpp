#include "core/cluster/faults/zones.h"

#include <algorithm>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/result.h"
#include "core/cluster/catalog/stored_version.h"

namespace orrery::cluster {
namespace {

constexpr std::string_view kFaultsValue = "faults";
constexpr std::uint8_t kFaultsVersion = 2;
constexpr std::ptrdiff_t kPastFaultsMax = 200;

constexpr std::string_view kWhat = "The list of faults";

}  // namespace

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
    Fault fault = makeFault(request.kind, first.region->id, std::min(first.zone, last.zone),
                            std::max(first.zone, last.zone));
    const bool isThere = std::ranges::any_of(m_faults, [&](const Fault& other) {
        return other.view.active && other.kind == fault.kind && other.region == fault.region &&
               other.a == fault.a && other.b == fault.b;
    });
    if (isThere) return std::unexpected(observe::faultText(spec.refused, fault.view.target));
    return add(std::move(fault), request.duration);
}

Zones::Fault Zones::makeFault(observe::FaultKind kind, RegionId region, ZoneIndex a,
                              ZoneIndex b) const {
    const observe::FaultSpec& spec = observe::specOf(kind);
    Fault fault;
    fault.kind = kind;
    fault.region = region;
    fault.a = a;
    fault.b = b;
    fault.view.kind = spec.name;
    fault.view.zones = {zoneName(m_world.region(region), a)};
    if (spec.zoneCount == 2) fault.view.zones.push_back(zoneName(m_world.region(region), b));
    for (const std::string& zone : fault.view.zones)
        fault.view.target += (fault.view.target.empty() ? "" : " - ") + zone;
    return fault;
}

std::uint64_t Zones::add(Fault fault, std::optional<Duration> duration) {
    fault.view.id = m_nextFault++;
    fault.view.since = m_world.now;
    fault.atStart = costSoFar();
    if (duration) fault.view.until = m_world.now + *duration;
    const std::uint64_t id = fault.view.id;
    m_faults.push_back(fault);
    start(fault);
    const auto isPast = [](const Fault& one) { return !one.view.active; };
    if (std::ranges::count_if(m_faults, isPast) > kPastFaultsMax)
        m_faults.erase(std::ranges::find_if(m_faults, isPast));
    save();
    return id;
}

void Zones::start(const Fault& fault) {
    const EventId begun = setEffect(fault, true);
    if (fault.view.until == Instant::never()) return;
    const CauseScope scope(m_world.queue, begun);
    m_world.queue.add(std::max(fault.view.until, m_world.now), FaultEnds{fault.view.id});
}

void Zones::end(Fault& fault) {
    fault.view = withCost(fault);
    fault.view.active = false;
    fault.view.until = m_world.now;
    setEffect(fault, false);
    save();
}

EventId Zones::setEffect(const Fault& fault, bool active) {
    RegionState& region = m_world.region(fault.region);
    switch (fault.kind) {
        case observe::FaultKind::ZoneOutage:
            return setPower(region, fault.a, !active);
        case observe::FaultKind::LinkCut:
            return setCut(region, fault.a, fault.b, active);
    }
    CHECK(false);
}

bool Zones::heal(std::uint64_t id) {
    for (Fault& fault : m_faults) {
        if (fault.view.id != id || !fault.view.active) continue;
        end(fault);
        return true;
    }
    return false;
}

void Zones::healAll() {
    for (Fault& fault : m_faults) {
        if (fault.view.active) end(fault);
    }
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
        scheduleHeartbeatVerdict(region, other, zone);
        scheduleHeartbeatVerdict(region, zone, other);
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
    scheduleHeartbeatVerdict(region, a, b);
    scheduleHeartbeatVerdict(region, b, a);
    return event;
}

// Nodes send heartbeats at whole multiples of the period. None is simulated: the last heartbeat
// that arrives before a change, and the first one after it, follow from time alone.
void Zones::scheduleHeartbeatVerdict(RegionState& region, ZoneIndex observer, ZoneIndex observed) {
    if (!region.up[observer.value()]) {
        // A node without power suspects no other, and trusts all when its power is back.
        region.suspects[observer.value()] = {};
        return;
    }
    const auto from = nodeOf(region.id, observed);
    const auto to = nodeOf(region.id, observer);
    const bool heard = m_world.network.isConnected(from, to);
    const std::uint32_t number = ++m_verdictNumbers[region.id][observer.value()][observed.value()];
    const Duration period = m_world.profile.heartbeat;
    const auto beat =
        static_cast<std::uint64_t>(m_world.now.sinceStart() / period) + (heard ? 1 : 0);
    const Instant arrives = Instant(period * static_cast<std::int64_t>(beat)) +
                            m_world.network.heartbeatDelay(from, to, beat);
    const Instant at = heard ? arrives : arrives + m_world.profile.detection;
    m_world.queue.add(std::max(at, m_world.now),
                      HeartbeatVerdict{region.id, observer, observed, number, heard});
}

void Zones::on(const HeartbeatVerdict& verdict) {
    RegionState& region = m_world.region(verdict.region);
    const VerdictNumbers& numbers = m_verdictNumbers[verdict.region];
    if (verdict.number != numbers[verdict.observer.value()][verdict.observed.value()]) return;
    if (!region.up[verdict.observer.value()]) return;
    region.suspects[verdict.observer.value()][verdict.observed.value()] = !verdict.heard;
    m_sweeps.begin(
        ReachabilityChange{verdict.region, verdict.observer, verdict.observed, verdict.heard});
}

Zones::Cost Zones::costSoFar() const {
    const Router::Totals& calls = m_router.totals();
    return {calls.serverErrors, m_replicator.totals().elections, calls.staleReads};
}

observe::FaultView Zones::withCost(const Fault& fault) const {
    observe::FaultView view = fault.view;
    if (!view.active) return view;
    const Cost cost = costSoFar();
    view.failedRequests = cost.failedRequests - fault.atStart.failedRequests;
    view.elections = cost.elections - fault.atStart.elections;
    view.staleReads = cost.staleReads - fault.atStart.staleReads;
    return view;
}

std::vector<observe::FaultView> Zones::faults() const {
    std::vector<observe::FaultView> views;
    for (const bool active : {true, false}) {
        for (auto fault = m_faults.rbegin(); fault != m_faults.rend(); ++fault) {
            if (fault->view.active == active) views.push_back(withCost(*fault));
        }
    }
    return views;
}

std::uint64_t Zones::heartbeats() const {
    const auto beats =
        static_cast<std::uint64_t>(m_world.now.sinceStart() / m_world.profile.heartbeat);
    return beats * m_world.regions.size() * kZonesPerRegion * (kZonesPerRegion - 1);
}

//   faults := 0:uint8 version:uint8(2) next:varint count:varint
//             (id:varint kind:uint8 region:uint8 a:uint8 b:uint8 since:uint64 until:uint64)…
//
// The active faults; instants in nanoseconds. Version 1 begins with `next`, which is never 0. It
// has only the first two kinds, and 0 for the `b` of an outage.
void Zones::save() {
    std::string bytes;
    ByteWriter out(bytes);
    const auto active =
        std::ranges::count_if(m_faults, [](const Fault& f) { return f.view.active; });
    out.u8(0);
    out.u8(kFaultsVersion);
    out.varint(m_nextFault);
    out.varint(static_cast<std::uint64_t>(active));
    for (const Fault& fault : m_faults) {
        if (!fault.view.active) continue;
        out.varint(fault.view.id);
        out.u8(static_cast<std::uint8_t>(fault.kind));
        out.u8(fault.region.value());
        out.u8(fault.a.value());
        out.u8(fault.b.value());
        out.u64(static_cast<std::uint64_t>(fault.view.since.sinceStart().count()));
        out.u64(static_cast<std::uint64_t>(fault.view.until.sinceStart().count()));
    }
    m_world.turn.putValue(std::string(kFaultsValue), std::move(bytes));
    m_gate = m_world.openTicket;
}

storage::StorageResult<void> Zones::reopen() {
    TRY_ASSIGN(const auto bytes, m_world.store.value(kFaultsValue));
    if (!bytes) return {};
    ByteReader in(*bytes);
    if (bytes->starts_with('\0')) {
        in.u8();
        if (auto refused = refusedVersion(in, kFaultsVersion, kWhat))
            return std::unexpected(*std::move(refused));
    }
    m_nextFault = in.varint();
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
        const std::uint64_t id = in.varint();
        const std::uint8_t kind = in.u8();
        const RegionId region(in.u8());
        const ZoneIndex a(in.u8());
        const ZoneIndex b(in.u8());
        const Instant since(Duration(static_cast<std::int64_t>(in.u64())));
        const Instant until(Duration(static_cast<std::int64_t>(in.u64())));
        if (!in.ok() || kind >= observe::faultSpecs().size() ||
            region.value() >= m_world.regions.size() || a.value() >= kZonesPerRegion ||
            b.value() >= kZonesPerRegion)
            return std::unexpected(corruptValue(kWhat));
        const auto kindOf = static_cast<observe::FaultKind>(kind);
        const bool hasOneZone = observe::specOf(kindOf).zoneCount == 1;
        if (!hasOneZone && a >= b) return std::unexpected(corruptValue(kWhat));
        Fault fault = makeFault(kindOf, region, a, hasOneZone ? a : b);
        fault.view.id = id;
        fault.view.since = since;
        fault.view.until = until;
        m_faults.push_back(fault);
        start(fault);
    }
    if (!in.ok() || !in.atEnd()) return std::unexpected(corruptValue(kWhat));
    return {};
}

}  // namespace orrery::cluster
