#include "core/cluster/faults/fault_list.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/cluster/catalog/stored_version.h"

namespace orrery::cluster {
namespace {

constexpr std::string_view kFaultsValue = "faults";
constexpr std::uint8_t kFaultsVersion = 2;
constexpr std::ptrdiff_t kPastFaultsMax = 200;

constexpr std::string_view kWhat = "The list of faults";

}  // namespace

Fault FaultList::make(observe::FaultKind kind, RegionId region, ZoneIndex a, ZoneIndex b) const {
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

bool FaultList::hasActive(const Fault& fault) const {
    return std::ranges::any_of(m_faults, [&](const Fault& other) {
        return other.view.active && other.kind == fault.kind && other.region == fault.region &&
               other.a == fault.a && other.b == fault.b;
    });
}

const Fault& FaultList::add(Fault fault, std::optional<Duration> duration) {
    fault.view.id = m_nextFault++;
    fault.view.since = m_world.now;
    fault.atStart = costSoFar();
    if (duration) fault.view.until = m_world.now + *duration;
    m_faults.push_back(std::move(fault));
    const auto isPast = [](const Fault& one) { return !one.view.active; };
    if (std::ranges::count_if(m_faults, isPast) > kPastFaultsMax)
        m_faults.erase(std::ranges::find_if(m_faults, isPast));
    save();
    return m_faults.back();
}

const Fault* FaultList::end(std::uint64_t id) {
    const auto at = std::ranges::find_if(
        m_faults, [id](const Fault& fault) { return fault.view.id == id && fault.view.active; });
    if (at == m_faults.end()) return nullptr;
    at->view = withCost(*at);
    at->view.active = false;
    at->view.until = m_world.now;
    save();
    return &*at;
}

FaultCost FaultList::costSoFar() const {
    const Router::Totals& calls = m_router.totals();
    return {calls.serverErrors, m_replicator.totals().elections, calls.staleReads};
}

observe::FaultView FaultList::withCost(const Fault& fault) const {
    observe::FaultView view = fault.view;
    if (!view.active) return view;
    const FaultCost cost = costSoFar();
    view.failedRequests = cost.failedRequests - fault.atStart.failedRequests;
    view.elections = cost.elections - fault.atStart.elections;
    view.staleReads = cost.staleReads - fault.atStart.staleReads;
    return view;
}

std::vector<observe::FaultView> FaultList::views() const {
    std::vector<observe::FaultView> views;
    for (const bool active : {true, false}) {
        for (auto fault = m_faults.rbegin(); fault != m_faults.rend(); ++fault) {
            if (fault->view.active == active) views.push_back(withCost(*fault));
        }
    }
    return views;
}

//   faults := 0:uint8 version:uint8(2) next:varint count:varint
//             (id:varint kind:uint8 region:uint8 a:uint8 b:uint8 since:uint64 until:uint64)…
//
// The active faults; instants in nanoseconds. Version 1 begins with `next`, which is never 0. It
// has only the first two kinds, and 0 for the `b` of an outage.
void FaultList::save() {
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

storage::StorageResult<void> FaultList::load() {
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
        TRY_ASSIGN(Fault fault, loadOne(in));
        m_faults.push_back(std::move(fault));
    }
    if (!in.ok() || !in.atEnd()) return std::unexpected(corruptValue(kWhat));
    return {};
}

storage::StorageResult<Fault> FaultList::loadOne(ByteReader& in) const {
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
    Fault fault = make(kindOf, region, a, hasOneZone ? a : b);
    fault.view.id = id;
    fault.view.since = since;
    fault.view.until = until;
    return fault;
}

}  // namespace orrery::cluster
