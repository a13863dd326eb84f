#include "core/cluster/faults/group_sweeps.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/overloaded.h"

namespace orrery::cluster {

void GroupSweeps::begin(Change change) {
    Sweep sweep{change, m_world.queue.cause, 0, m_world.groups.end(), {}, {}};
    // No router answers calls in a zone without power.
    if (const PowerChange* power = outageIn(change)) {
        m_router.zoneLost(power->region, power->zone);
        sweep.callsEnd = m_router.nextCall();
    }
    if (m_world.groups.end() == 0 && m_router.pendingCalls() == 0) return;
    m_sweeps.push_back(sweep);
}

std::size_t GroupSweeps::step(std::size_t countMax) {
    CHECK(!isDone() && countMax > 0);
    Sweep& sweep = m_sweeps.front();
    const CauseScope scope(m_world.queue, sweep.cause);
    std::size_t count = 0;
    for (; count < countMax && sweep.nextGroup < sweep.groupsEnd; ++count) {
        sweep.nextGroup = std::min(m_world.groups.firstFrom(sweep.nextGroup), sweep.groupsEnd);
        if (sweep.nextGroup == sweep.groupsEnd) break;
        Group& group = *m_world.groups.find(sweep.nextGroup++);
        if (!concerns(group, sweep)) continue;
        notify(group, sweep);
        if (m_world.failure) return count + 1;
    }
    while (count < countMax && sweep.nextCall < sweep.callsEnd) {
        const PowerChange* power = outageIn(sweep.change);
        CHECK(power != nullptr);
        sweep.nextCall = m_router.failCall(power->region, power->zone, sweep.nextCall);
        ++count;
    }
    if (sweep.nextGroup == sweep.groupsEnd && sweep.nextCall >= sweep.callsEnd)
        m_sweeps.pop_front();
    return std::max<std::size_t>(count, 1);
}

bool GroupSweeps::concerns(const Group& group, const Sweep& sweep) const {
    const bool forgetsSeats = m_world.plantedBug == PlantedBug::SeatKeepsPower;
    return std::visit(Overloaded{[&](const PowerChange& power) {
                                     return forgetsSeats
                                                ? group.region == power.region
                                                : group.hasMemberIn(power.region, power.zone);
                                 },
                                 // The members of a journal are in zones of different Regions.
                                 [&](const ReachabilityChange& reach) {
                                     return group.region == reach.region && group.seats == nullptr;
                                 }},
                      sweep.change);
}

void GroupSweeps::notify(Group& group, const Sweep& sweep) {
    std::visit(Overloaded{[&](const PowerChange& power) {
                              power.up ? m_replicator.powerBack(group, power.zone)
                                       : m_replicator.powerLoss(group, power.zone);
                          },
                          [&](const ReachabilityChange& reach) {
                              // What clients reach changes even where no replica does.
                              m_world.changedGroups.add(group.id);
                              m_replicator.reportReachability(group, reach.observer, reach.observed,
                                                              reach.heard);
                          }},
               sweep.change);
}

const PowerChange* GroupSweeps::outageIn(const Change& change) {
    using Outage = const PowerChange*;
    return std::visit(
        Overloaded{[](const PowerChange& power) -> Outage { return power.up ? nullptr : &power; },
                   [](const ReachabilityChange&) -> Outage { return nullptr; }},
        change);
}

}  // namespace orrery::cluster
