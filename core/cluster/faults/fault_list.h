#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/bytes.h"
#include "core/cluster/replicas/replicator.h"
#include "core/cluster/routing/router.h"
#include "core/observe/fault_spec.h"
#include "core/observe/snapshot.h"

namespace orrery::cluster {

/// Failures since the world was opened. The cost of a fault is their increase while it lasts.
struct FaultCost {
    std::uint64_t failedRequests = 0;
    std::uint64_t elections = 0;
    std::uint64_t staleReads = 0;
};

/// A fault of a zone or of a link.
struct Fault {
    observe::FaultView view;
    observe::FaultKind kind{};
    RegionId region{};
    ZoneIndex a{};  ///< The zone that it strikes, or the first of two.
    ZoneIndex b{};  ///< The second of two.
    FaultCost atStart;
};

/// The faults of a world with their costs: the active ones and the last 200 past ones. The turn
/// that changes the active ones also saves them. The list has no effects; see Zones.
class FaultList {
public:
    FaultList(WorldState& world, const Replicator& replicator, const Router& router)
        : m_world(world), m_replicator(replicator), m_router(router) {}

    /// A fault that is not in the list yet, with its name and target.
    Fault make(observe::FaultKind kind, RegionId region, ZoneIndex a, ZoneIndex b) const;
    /// True if the same fault is active.
    bool hasActive(const Fault& fault) const;
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
    storage::StorageResult<Fault> loadOne(ByteReader& in) const;
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
