#include "core/cluster/faults/failure_detector.h"

#include <algorithm>

namespace orrery::cluster {

// Nodes send heartbeats at whole multiples of the period. None is simulated: the last heartbeat
// that arrives before a change, and the first one after it, follow from time alone.
Instant verdictTime(const WorldState& world, const sim::Network& network, HeartbeatLink link,
                    bool heard) {
    const Duration period = world.profile.heartbeat;
    const auto beat = static_cast<std::uint64_t>(world.now.sinceStart() / period) + (heard ? 1 : 0);
    const Instant arrives = Instant(period * static_cast<std::int64_t>(beat)) +
                            network.heartbeatDelay(link.from, link.to, beat);
    return std::max(heard ? arrives : arrives + world.profile.detection, world.now);
}

void FailureDetector::connectionChanged(RegionState& region, ZoneIndex observer,
                                        ZoneIndex observed) {
    if (!region.up[observer.value()]) {
        // A node without power suspects no other, and trusts all when its power is back.
        region.suspects[observer.value()] = {};
        return;
    }
    const auto from = nodeOf(region.id, observed);
    const auto to = nodeOf(region.id, observer);
    const bool heard = m_world.network.isConnected(from, to);
    const std::uint32_t number = ++m_verdictNumbers[region.id][observer.value()][observed.value()];
    m_world.queue.add(verdictTime(m_world, m_world.network, {from, to}, heard),
                      HeartbeatVerdict{region.id, observer, observed, number, heard});
}

void FailureDetector::on(const HeartbeatVerdict& verdict) {
    RegionState& region = m_world.region(verdict.region);
    const VerdictNumbers& numbers = m_verdictNumbers[verdict.region];
    if (verdict.number != numbers[verdict.observer.value()][verdict.observed.value()]) return;
    if (!region.up[verdict.observer.value()]) return;
    region.suspects[verdict.observer.value()][verdict.observed.value()] = !verdict.heard;
    m_sweeps.begin(
        ReachabilityChange{verdict.region, verdict.observer, verdict.observed, verdict.heard});
}

std::uint64_t FailureDetector::heartbeats() const {
    const auto beats =
        static_cast<std::uint64_t>(m_world.now.sinceStart() / m_world.profile.heartbeat);
    return beats * m_world.regions.size() * kZonesPerRegion * (kZonesPerRegion - 1);
}

}  // namespace orrery::cluster
