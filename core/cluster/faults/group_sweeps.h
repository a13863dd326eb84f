#pragma once

#include <cstddef>
#include <deque>
#include <variant>

#include "core/cluster/replicas/replicator.h"
#include "core/cluster/routing/router.h"

namespace orrery::cluster {

// A zone that loses power affects every group of its Region. There may be tens of thousands, and no
// input may run longer than a turn. So the zone goes down at once for the network and the routers,
// and the sweep then tells the groups one after the other, some in each turn, before any other
// event in the world. No event sees a replica that has not been told, so the result is the same as
// if all had been told at once, wherever turns end.

/// The zone loses its power, or gets it back.
struct PowerChange {
    RegionId region{};
    ZoneIndex zone{};
    bool up = false;
};
/// The node of a zone no longer hears another, or hears it again.
struct ReachabilityChange {
    RegionId region{};
    ZoneIndex observer{};
    ZoneIndex observed{};
    bool heard = false;
};

/// Tells all groups with a member there, and then the calls at a router, about a change of a zone.
class GroupSweeps {
public:
    using Change = std::variant<PowerChange, ReachabilityChange>;

    GroupSweeps(WorldState& world, Replicator& replicator, Router& router)
        : m_world(world), m_replicator(replicator), m_router(router) {}

    /// Queues a sweep over the groups that exist now, after the sweeps before it. The current event
    /// is the cause of its effects.
    void begin(Change change);
    /// True if every sweep has ended.
    bool isDone() const { return m_sweeps.empty(); }
    /// Tells at most `countMax` groups or calls. Returns the number that it visited. Only while
    /// sweeps are queued.
    std::size_t step(std::size_t countMax);

private:
    struct Sweep {
        Change change;
        EventId cause{};
        std::uint64_t nextGroup = 0;
        std::uint64_t groupsEnd = 0;
        CallNumber nextCall{};
        CallNumber callsEnd{};
    };

    /// True if the change is one of a zone in which the group has a member.
    bool concerns(const Group& group, const Sweep& sweep) const;
    void notify(Group& group, const Sweep& sweep);
    /// The loss of power in `change`; null if it is another change.
    static const PowerChange* outageIn(const Change& change);

    WorldState& m_world;
    Replicator& m_replicator;
    Router& m_router;
    std::deque<Sweep> m_sweeps;
};

}  // namespace orrery::cluster
