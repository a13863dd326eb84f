#include "core/cluster/faults/fault_list.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/cluster/catalog/stored_version.h"
#include "core/cluster/faults/fault_codec.h"
#include "core/cluster/faults/fault_targets.h"

namespace orrery::cluster {
namespace {

constexpr std::string_view kFaultsValue = "faults";
constexpr std::uint8_t kFaultsVersion = 3;
constexpr char kVersionOfZones = 2;
constexpr std::ptrdiff_t kPastFaultsMax = 200;

constexpr std::string_view kWhat = "The list of faults";

}  // namespace

Fault FaultList::make(observe::FaultKind kind, FaultPlace place) const {
    Fault fault;
    fault.kind = kind;
    fault.place = std::move(place);
    showPlace(m_world, fault);
    return fault;
}

bool FaultList::hasActive(const Fault& fault) const {
    return std::ranges::any_of(m_faults, [&](const Fault& other) {
        return other.view.active && other.kind == fault.kind &&
               isSamePlace(other.place, fault.place);
    });
}

bool FaultList::takesPower(RegionId region, ZoneIndex zone) const {
    const auto takesIt = [&](const Fault& fault) {
        if (!fault.view.active) return false;
        if (fault.kind == observe::FaultKind::RegionLoss)
            return fault.place.regions.front() == region;
        return fault.kind == observe::FaultKind::ZoneOutage && fault.place.region == region &&
               fault.place.a == zone;
    };
    return std::ranges::any_of(m_faults, takesIt);
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

//   faults := 0:uint8 version:uint8(3) next:varint count:varint fault…
//
// The active faults; see fault_codec.h. Version 2 has no faults of Regions. Version 1 begins with
// `next`, which is never 0, has only the first two kinds, and 0 for the `b` of an outage.
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
        if (fault.view.active) putFault(out, fault);
    }
    m_world.turn.putValue(std::string(kFaultsValue), std::move(bytes));
    m_gate = m_world.openTicket;
}

storage::StorageResult<void> FaultList::load() {
    TRY_ASSIGN(const auto bytes, m_world.store.value(kFaultsValue));
    if (!bytes) return {};
    ByteReader in(*bytes);
    if (takeVersionMark(in, *bytes)) {
        if (in.rest().starts_with(kVersionOfZones)) {
            in.u8();
        } else if (auto refused = refusedVersion(in, kFaultsVersion, kWhat)) {
            return std::unexpected(*std::move(refused));
        }
    }
    m_nextFault = in.varint();
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && in.ok(); ++i) {
        auto fault = takeFault(in, m_world);
        if (!fault) return std::unexpected(corruptValue(kWhat));
        showPlace(m_world, *fault);
        m_faults.push_back(*std::move(fault));
    }
    if (!in.ok() || !in.atEnd()) return std::unexpected(corruptValue(kWhat));
    return {};
}

}  // namespace orrery::cluster
