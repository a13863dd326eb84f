#pragma once

#include <cstddef>
#include <deque>
#include <variant>

#include "core/cluster/replicas/replicator.h"
#include "core/cluster/routing/router.h"

namespace orrery::cluster {

// A zone that loses its power concerns every group of its Region, of which there may be tens of
// thousands, and no input may run longer than a turn. So the zone is down at once, and the network
// and the routers know it; the groups are told one after the other, some in each turn, before
// anything else happens in the world. No event sees a replica that has not been told, so all is as
// if they had been told in one go, and where turns are cut changes nothing.

/// The zone loses its power, or has it again.
struct PowerChange {
    RegionId region{};
    ZoneIndex zone{};
    bool up = false;
};
/// The node of a zone no longer hears another, or hears it again.
struct HearingChange {
    RegionId region{};
    ZoneIndex observer{};
    ZoneIndex observed{};
    bool heard = false;
};

/// Tells all groups of a Region, and then the calls at a router, what happened to a zone.
class GroupSweeps {
public:
    GroupSweeps(WorldState& world, Replicator& replicator, Router& router)
        : m_world(world), m_replicator(replicator), m_router(router) {}

    /// The groups that are there now will be told, after what began before. What they do is caused
    /// by what is being handled.
    void begin(std::variant<PowerChange, HearingChange> change);
    /// Everybody has been told.
    bool isDone() const { return m_sweeps.empty(); }
    /// Tells at most `countMax` groups or calls. Returns how many it looked at; only while there
    /// are some.
    std::size_t step(std::size_t countMax);

private:
    struct Sweep {
        std::variant<PowerChange, HearingChange> change;
        EventId cause{};
        std::uint64_t nextGroup = 0;
        std::uint64_t groupsEnd = 0;
        CallNumber nextCall{};
        CallNumber callsEnd{};
    };

    void tell(Group& group, const Sweep& sweep);
    static RegionId regionOf(const Sweep& sweep);

    WorldState& m_world;
    Replicator& m_replicator;
    Router& m_router;
    std::deque<Sweep> m_sweeps;
};

}  // namespace orrery::cluster
