#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/cluster/faults/fault.h"
#include "core/cluster/replicas/replicator.h"
#include "core/cluster/routing/router.h"

namespace orrery::cluster {

/// The faults of a world with their costs: the active ones and the last 200 past ones. The turn
/// that changes the active ones also saves them. The list has no effects; see Zones.
class FaultList {
public:
    FaultList(WorldState& world, const Replicator& replicator, const Router& router)
        : m_world(world), m_replicator(replicator), m_router(router) {}

    /// A fault that is not in the list yet, with its name and target.
    Fault make(observe::FaultKind kind, FaultPlace place) const;
    /// True if the same fault is active.
    bool hasActive(const Fault& fault) const;
    /// True if an active fault leaves the zone without power.
    bool takesPower(RegionId region, ZoneIndex zone) const;
    /// Adds a fault that is active from now on, without an end if `duration` is missing. The
    /// reference is valid until the next fault is added.
    const Fault& add(Fault fault, std::optional<Duration> duration);
    /// Ends an active fault. Null if no active one has this id; otherwise valid as with `add`.
    const Fault* end(std::uint64_t id);
    /// By id, active and past.
    const std::vector<Fault>& all() const { return m_faults; }
    /// Active faults first, then past ones, newest first.
    std::vector<observe::FaultView> views() const;

    /// Loads the active faults from the store. Call it once, after the Regions are loaded.
    storage::StorageResult<void> load();
    /// The last turn that changed the faults.
    storage::Ticket gate() const { return m_gate; }

private:
    void save();
    FaultCost costSoFar() const;
    observe::FaultView withCost(const Fault& fault) const;

    WorldState& m_world;
    const Replicator& m_replicator;
    const Router& m_router;
    storage::Ticket m_gate{};
    std::vector<Fault> m_faults;  ///< By id.
    std::uint64_t m_nextFault = 1;
};

}  // namespace orrery::cluster
