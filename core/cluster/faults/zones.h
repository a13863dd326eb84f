#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/cluster/faults/fault_request.h"
#include "core/cluster/faults/group_sweeps.h"
#include "core/observe/snapshot.h"

namespace orrery::cluster {

/// Faults of zones and links, what nodes learn of each other by heartbeats, and the effects of
/// faults while they last.
class Zones {
public:
    using FaultResult = std::expected<std::uint64_t, std::string>;

    Zones(WorldState& world, Replicator& replicator, Router& router)
        : m_world(world),
          m_replicator(replicator),
          m_router(router),
          m_sweeps(world, replicator, router) {}

    /// Returns the id of the new fault, or the reason why there is none.
    FaultResult begin(const FaultRequest& request);
    bool heal(std::uint64_t fault);
    void healAll();
    /// Active faults first, then past ones, newest first.
    std::vector<observe::FaultView> faults() const;

    /// Tells the groups about faults and heartbeats, before any other event.
    GroupSweeps& sweeps() { return m_sweeps; }
    const GroupSweeps& sweeps() const { return m_sweeps; }

    void on(const FaultEnds& ends);
    void on(const HeartbeatVerdict& verdict);

    /// Loads the faults from the store; call it before the groups are opened.
    storage::StorageResult<void> reopen();
    /// The last turn that changed the faults.
    storage::Ticket gate() const { return m_gate; }
    /// The number of heartbeats that all nodes have sent, computed from the time.
    std::uint64_t heartbeats() const;

private:
    /// Failures since the world was opened. The cost of a fault is their increase while it lasts.
    struct Cost {
        std::uint64_t failedRequests = 0;
        std::uint64_t elections = 0;
        std::uint64_t staleReads = 0;
    };
    struct Fault {
        observe::FaultView view;
        observe::FaultKind kind{};
        RegionId region{};
        ZoneIndex a{};  ///< The zone that it strikes, or the first of two.
        ZoneIndex b{};  ///< The second of two.
        Cost atStart;
    };
    using VerdictNumbers = std::array<std::array<std::uint32_t, kZonesPerRegion>, kZonesPerRegion>;
    struct Place {
        RegionState* region;
        ZoneIndex zone;
    };

    std::expected<Place, std::string> findZone(std::string_view name) const;
    /// Fills in the name and the target.
    Fault makeFault(observe::FaultKind kind, RegionId region, ZoneIndex a, ZoneIndex b) const;
    std::uint64_t add(Fault fault, std::optional<Duration> duration);
    void start(const Fault& fault);
    void end(Fault& fault);
    EventId setEffect(const Fault& fault, bool active);
    /// Both return the event that causes everything that follows.
    EventId setPower(RegionState& region, ZoneIndex zone, bool up);
    EventId setCut(RegionState& region, ZoneIndex a, ZoneIndex b, bool cut);
    void scheduleHeartbeatVerdict(RegionState& region, ZoneIndex observer, ZoneIndex observed);
    void save();
    Cost costSoFar() const;
    observe::FaultView withCost(const Fault& fault) const;

    WorldState& m_world;
    const Replicator& m_replicator;
    const Router& m_router;
    GroupSweeps m_sweeps;
    /// By Region, observer and observed: the number of changes in whether the observer hears the
    /// other.
    std::map<RegionId, VerdictNumbers> m_verdictNumbers;
    storage::Ticket m_gate{};
    std::vector<Fault> m_faults;  ///< By id, with the last 200 past ones.
    std::uint64_t m_nextFault = 1;
};

}  // namespace orrery::cluster
