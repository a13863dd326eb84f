#pragma once

#include <array>
#include <cstdint>
#include <map>

#include "core/cluster/faults/group_sweeps.h"
#include "core/cluster/kernel/world_state.h"

namespace orrery::cluster {

/// The way of heartbeats from one node to another.
struct HeartbeatLink {
    sim::NodeId from = 0;
    sim::NodeId to = 0;
};

/// When the node at the end of `link`, which has just been cut or healed, knows it.
Instant verdictTime(const WorldState& world, const sim::Network& network, HeartbeatLink link,
                    bool heard);

/// The nodes' failure detector: by its heartbeats, each node of a Region knows which others it
/// hears. A verdict changes `RegionState::suspects`, and a sweep tells the groups.
class FailureDetector {
public:
    FailureDetector(WorldState& world, GroupSweeps& sweeps) : m_world(world), m_sweeps(sweeps) {}

    /// Power or a link has changed, so that the observer may no longer hear the other node, or hear
    /// it again. Schedules the verdict.
    void connectionChanged(RegionState& region, ZoneIndex observer, ZoneIndex observed);
    void on(const HeartbeatVerdict& verdict);
    /// The number of heartbeats that all nodes have sent, computed from the time.
    std::uint64_t heartbeats() const;

private:
    using VerdictNumbers = std::array<std::array<std::uint32_t, kZonesPerRegion>, kZonesPerRegion>;

    WorldState& m_world;
    GroupSweeps& m_sweeps;
    /// By Region, observer and observed: the number of changes in whether the observer hears the
    /// other.
    std::map<RegionId, VerdictNumbers> m_verdictNumbers;
};

}  // namespace orrery::cluster
