#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

#include "core/cluster/faults/failure_detector.h"
#include "core/cluster/faults/fault_list.h"
#include "core/cluster/faults/fault_request.h"
#include "core/cluster/faults/group_sweeps.h"
#include "core/cluster/faults/seat_detector.h"

namespace orrery::cluster {

/// The effects of faults: on zones and the links between them, with what follows for routers,
/// groups and the failure detector; on the links between Regions (region_links.h).
class Zones {
public:
    using FaultResult = std::expected<std::uint64_t, std::string>;

    Zones(WorldState& world, Replicator& replicator, Router& router)
        : m_world(world),
          m_faults(world, replicator, router),
          m_sweeps(world, replicator, router),
          m_detector(world, m_sweeps),
          m_seats(world, replicator) {}
    Zones(const Zones&) = delete;
    Zones& operator=(const Zones&) = delete;

    /// Returns the id of the new fault, or the reason why there is none.
    FaultResult begin(const FaultRequest& request);
    /// False if no active fault has this id.
    bool heal(std::uint64_t id);
    void healAll();
    /// See FaultList::views.
    std::vector<observe::FaultView> faults() const { return m_faults.views(); }

    /// Tells the groups about faults and heartbeats, before any other event.
    GroupSweeps& sweeps() { return m_sweeps; }
    const GroupSweeps& sweeps() const { return m_sweeps; }

    void on(const FaultEnds& ends);
    void on(const HeartbeatVerdict& verdict) { m_detector.on(verdict); }
    void on(const SeatVerdict& verdict) { m_seats.on(verdict); }
    void on(const JournalAdded& added) { m_seats.on(added); }

    /// Loads the faults from the store; call it before the groups are opened.
    storage::StorageResult<void> reopen();
    /// The last turn that changed the faults.
    storage::Ticket gate() const { return m_faults.gate(); }
    /// See FailureDetector::heartbeats.
    std::uint64_t heartbeats() const { return m_detector.heartbeats(); }

private:
    void start(const Fault& fault);
    /// These return the event that causes everything that follows.
    EventId setEffect(const Fault& fault, bool active);
    /// Sets the power of each zone to what the active faults make of it.
    EventId refreshPower(RegionState& region);
    void refreshLinks();
    EventId setPower(RegionState& region, ZoneIndex zone, bool up);
    EventId setCut(RegionState& region, ZoneIndex a, ZoneIndex b, bool cut);

    WorldState& m_world;
    FaultList m_faults;
    GroupSweeps m_sweeps;
    FailureDetector m_detector;  // Uses the sweeps.
    SeatDetector m_seats;
};

}  // namespace orrery::cluster
