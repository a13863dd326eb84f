#include "core/cluster/faults/zones.h"
#include "core/base/result.h"

#include <algorithm>
#include <cerrno>

#include "core/base/bytes.h"

namespace orrery::cluster {
namespace {

constexpr std::string_view kFaultsValue = "faults";
constexpr std::size_t kPastFaultsMax = 200;

storage::StorageError damaged() {
    return {"decode faults", EPROTO, "",
            "The faults in the data folder are damaged; restore the folder from a copy."};
}

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
        return std::unexpected("There is no zone yet: a Region exists once a table is made in it.");
    return std::unexpected("There is no zone " + std::string(name) + ". Zones: " + known + ".");
}

Zones::FaultResult Zones::failZone(std::string_view zone, std::optional<Duration> duration) {
    TRY_ASSIGN(const Place place, findZone(zone));
    if (!place.region->up[place.zone.value()])
        return std::unexpected("Zone " + std::string(zone) + " is down already.");
    Fault fault;
    fault.view.kind = "zone-outage";
    fault.view.target = zone;
    fault.view.zones = {std::string(zone)};
    fault.region = place.region->id;
    fault.a = place.zone;
    return add(std::move(fault), duration);
}

Zones::FaultResult Zones::cutLink(std::string_view zoneA, std::string_view zoneB,
                                  std::optional<Duration> duration) {
    TRY_ASSIGN(const Place a, findZone(zoneA));
    TRY_ASSIGN(const Place b, findZone(zoneB));
    if (a.region != b.region || a.zone == b.zone)
        return std::unexpected("A link is cut between two zones of one Region.");
    Fault fault;
    fault.view.kind = "link-cut";
    fault.view.target = std::string(zoneA) + " - " + std::string(zoneB);
    fault.view.zones = {std::string(zoneA), std::string(zoneB)};
    fault.region = a.region->id;
    fault.a = std::min(a.zone, b.zone);
    fault.b = std::max(a.zone, b.zone);
    fault.isCut = true;
    for (const Fault& other : m_faults) {
        if (other.view.active && other.isCut && other.region == fault.region &&
            other.a == fault.a && other.b == fault.b)
            return std::unexpected("This link is cut already.");
    }
    return add(std::move(fault), duration);
}

std::uint64_t Zones::add(Fault fault, std::optional<Duration> duration) {
    fault.view.id = m_nextFault++;
    fault.view.since = m_world.now;
    fault.atStart = m_world.totals;
    if (duration) fault.view.until = m_world.now + *duration;
    const std::uint64_t id = fault.view.id;
    m_faults.push_back(fault);
    start(fault);
    if (m_faults.size() > kPastFaultsMax && !m_faults.front().view.active)
        m_faults.erase(m_faults.begin());
    save();
    return id;
}

void Zones::start(const Fault& fault) {
    RegionState& region = m_world.region(fault.region);
    const EventId begun =
        fault.isCut ? setCut(region, fault.a, fault.b, true) : setPower(region, fault.a, false);
    if (fault.view.until == Instant::never()) return;
    const CauseScope scope(m_world, begun);
    m_world.queue.add(std::max(fault.view.until, m_world.now), FaultEnds{fault.view.id});
}

void Zones::end(Fault& fault) {
    fault.view = withCost(fault);
    fault.view.active = false;
    fault.view.until = m_world.now;
    RegionState& region = m_world.region(fault.region);
    if (fault.isCut) {
        setCut(region, fault.a, fault.b, false);
    } else {
        setPower(region, fault.a, true);
    }
    save();
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
    m_world.network.setNodeUp(m_world.node(region.id, zone), up);
    region.up[zone.value()] = up;
    const EventId event = up ? m_world.emit(observe::ZoneHealed{region.id, zone})
                             : m_world.emit(observe::ZoneFailed{region.id, zone});
    const CauseScope scope(m_world, event);
    m_sweeps.begin(PowerChange{region.id, zone, up});
    for (const ZoneIndex other : kZones) {
        if (other == zone) continue;
        expectNews(region, other, zone);
        expectNews(region, zone, other);
    }
    return event;
}

EventId Zones::setCut(RegionState& region, ZoneIndex a, ZoneIndex b, bool cut) {
    const auto nodeA = m_world.node(region.id, a);
    const auto nodeB = m_world.node(region.id, b);
    if (cut) {
        m_world.network.cut(nodeA, nodeB);
        m_world.network.cut(nodeB, nodeA);
    } else {
        m_world.network.heal(nodeA, nodeB);
        m_world.network.heal(nodeB, nodeA);
    }
    const EventId event = cut ? m_world.emit(observe::LinkCut{region.id, a, b})
                              : m_world.emit(observe::LinkHealed{region.id, a, b});
    const CauseScope scope(m_world, event);
    expectNews(region, a, b);
    expectNews(region, b, a);
    return event;
}

// Heartbeats go out at whole multiples of their period and are never simulated one by one: the last
// one that arrived before a change, or the first one after it, follows from time alone.
void Zones::expectNews(RegionState& region, ZoneIndex observer, ZoneIndex observed) {
    if (!region.up[observer.value()]) {
        // A node without power knows nothing; when it is back it trusts everybody at first.
        region.suspects[observer.value()] = {};
        return;
    }
    const auto from = m_world.node(region.id, observed);
    const auto to = m_world.node(region.id, observer);
    const bool heard = m_world.network.isConnected(from, to);
    const std::uint32_t number = ++region.newsNumber[observer.value()][observed.value()];
    const Duration period = m_world.profile.heartbeat;
    const auto beat =
        static_cast<std::uint64_t>(m_world.now.sinceStart() / period) + (heard ? 1 : 0);
    const Instant arrives = Instant(period * static_cast<std::int64_t>(beat)) +
                            m_world.network.heartbeatDelay(from, to, beat);
    const Instant at = heard ? arrives : arrives + m_world.profile.detection;
    m_world.queue.add(std::max(at, m_world.now),
                      HeartbeatNews{region.id, observer, observed, number, heard});
}

void Zones::on(const HeartbeatNews& news) {
    RegionState& region = m_world.region(news.region);
    if (news.number != region.newsNumber[news.observer.value()][news.observed.value()]) return;
    if (!region.up[news.observer.value()]) return;
    region.suspects[news.observer.value()][news.observed.value()] = !news.heard;
    m_sweeps.begin(HearingChange{news.region, news.observer, news.observed, news.heard});
}

observe::FaultView Zones::withCost(const Fault& fault) const {
    observe::FaultView view = fault.view;
    if (!view.active) return view;
    view.failedRequests = m_world.totals.serverErrors - fault.atStart.serverErrors;
    view.elections = m_world.totals.elections - fault.atStart.elections;
    view.staleReads = m_world.totals.staleReads - fault.atStart.staleReads;
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

//   faults := next:varint count:varint (id:varint isCut:uint8 region:uint8 a:uint8 b:uint8
//             since:uint64 until:uint64)…       // active ones; instants in nanoseconds
void Zones::save() {
    std::string bytes;
    ByteWriter out(bytes);
    const auto active =
        std::ranges::count_if(m_faults, [](const Fault& f) { return f.view.active; });
    out.varint(m_nextFault);
    out.varint(static_cast<std::uint64_t>(active));
    for (const Fault& fault : m_faults) {
        if (!fault.view.active) continue;
        out.varint(fault.view.id);
        out.u8(fault.isCut ? 1 : 0);
        out.u8(fault.region.value());
        out.u8(fault.a.value());
        out.u8(fault.b.value());
        out.u64(static_cast<std::uint64_t>(fault.view.since.sinceStart().count()));
        out.u64(static_cast<std::uint64_t>(fault.view.until.sinceStart().count()));
    }
    m_world.turn.putValue(std::string(kFaultsValue), std::move(bytes));
    m_world.controlGate = m_world.openTicket;
}

storage::StorageResult<void> Zones::reopen() {
    TRY_ASSIGN(const auto bytes, m_world.store.value(kFaultsValue));
    if (!bytes) return {};
    ByteReader in(*bytes);
    m_nextFault = in.varint();
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
        Fault fault;
        fault.view.id = in.varint();
        fault.isCut = in.u8() != 0;
        fault.region = RegionId(in.u8());
        fault.a = ZoneIndex(in.u8());
        fault.b = ZoneIndex(in.u8());
        fault.view.since = Instant(Duration(static_cast<std::int64_t>(in.u64())));
        fault.view.until = Instant(Duration(static_cast<std::int64_t>(in.u64())));
        if (!in.ok() || fault.region.value() >= m_world.regions.size() ||
            fault.a.value() >= kZonesPerRegion || fault.b.value() >= kZonesPerRegion)
            return std::unexpected(damaged());
        const RegionState& region = m_world.region(fault.region);
        fault.view.kind = fault.isCut ? "link-cut" : "zone-outage";
        fault.view.target = zoneName(region, fault.a);
        fault.view.zones = {fault.view.target};
        if (fault.isCut) {
            fault.view.zones.push_back(zoneName(region, fault.b));
            fault.view.target += " - " + fault.view.zones.back();
        }
        m_faults.push_back(fault);
        start(fault);
    }
    if (!in.ok() || !in.atEnd()) return std::unexpected(damaged());
    return {};
}

}  // namespace orrery::cluster
