#include "core/cluster/replicas/leader_spreader.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace orrery::cluster {
namespace {

constexpr Duration kSweepEvery = std::chrono::seconds(1);
// Each delays its group's requests by a few round trips.
constexpr std::size_t kHandOversAtOnce = 4;
constexpr std::size_t kLookedAtOnce = 256;

}  // namespace

void LeaderSpreader::moved(Group& group) {
    // Only one member of a journal is in a Region.
    if (group.seats != nullptr) return;
    if (group.leaderHint != group.appointed && m_misplaced.add(group.id)) sweepLater();
}

void LeaderSpreader::sweepLater() {
    if (std::exchange(m_sweepIsDue, true)) return;
    m_world.queue.add(m_world.now + kSweepEvery, LeaderSweep{});
}

void LeaderSpreader::on(const LeaderSweep&) {
    m_sweepIsDue = false;
    std::size_t begun = 0;
    for (std::size_t i = 0; i < kLookedAtOnce && begun < kHandOversAtOnce; ++i) {
        if (m_misplaced.isEmpty()) return;
        // Whether or not this attempt succeeds, the group's next commit can lead to another.
        Group* group = m_world.findGroup(m_misplaced.take());
        if (group != nullptr && handOver(*group)) ++begun;
    }
    if (!m_misplaced.isEmpty()) sweepLater();
}

bool LeaderSpreader::isHeard(const Group& group, ZoneIndex zone) const {
    const auto& suspects = m_world.region(group.region).suspects;
    return std::ranges::none_of(kZones, [&](ZoneIndex other) {
        return suspects[other.value()][zone.value()] || suspects[zone.value()][other.value()];
    });
}

bool LeaderSpreader::handOver(Group& group) {
    const auto leader = group.servingLeader(m_world.now);
    const Member& target = group.member(group.appointed);
    if (!leader || *leader == group.appointed || !target.replica) return false;
    if (!target.replica->isCaughtUp() || !isHeard(group, group.appointed)) return false;
    m_replicator.handOver(group, *leader, group.appointed);
    return true;
}

}  // namespace orrery::cluster
