#include <algorithm>

#include "core/cluster/global/replica_sender.h"

// What other replicas have not taken yet.

namespace orrery::cluster {

const ReplicaSender::Way* ReplicaSender::findWay(GroupId source, KeySpaceId destination) const {
    const auto known = m_sources.find(source);
    if (known == m_sources.end()) return nullptr;
    const auto way = known->second.ways.find(destination);
    return way == known->second.ways.end() ? nullptr : &way->second;
}

std::size_t ReplicaSender::unanswered(GroupId source, KeySpaceId destination) const {
    const Way* way = findWay(source, destination);
    return way == nullptr ? 0 : way->unanswered();
}

std::uint64_t ReplicaSender::unansweredBytes(GroupId source, KeySpaceId destination) const {
    const Way* way = findWay(source, destination);
    return way == nullptr ? 0 : way->unansweredBytes();
}

bool ReplicaSender::isPrompt(const Group& source, const GlobalReplica& replica) const {
    const TablePtr table = m_world.catalog.find(replica.table);
    if (replica.status != ReplicaStatus::Active || table == nullptr || isPaused(source, *table))
        return false;
    const RegionId own = source.region;
    const RegionId other = table->region;
    const bool isConnected = m_world.regionNetwork.isConnected(own.value(), other.value()) &&
                             m_world.regionNetwork.isConnected(other.value(), own.value());
    const auto takesTime = [&](RegionId from, RegionId to) {
        return m_world.linkBetween(m_world.region(from).name, m_world.region(to).name).delay >
               Duration::zero();
    };
    if (!isConnected || takesTime(own, other) || takesTime(other, own)) return false;
    const Way* way = findWay(source.id, replica.table);
    return way == nullptr ||
           std::ranges::none_of(way->outboxes, [](const auto& one) { return one.second.isLate(); });
}

Lsn ReplicaSender::takenPromptly(const Group& source) const {
    Lsn taken = source.committed;
    const GlobalTablePtr global = m_world.catalog.globals().ofTable(source.table);
    if (global == nullptr) return taken;
    for (const GlobalReplica& replica : global->replicas) {
        const auto cursor = takenBy(source, replica.table);
        if (cursor && isPrompt(source, replica)) taken = std::min(taken, *cursor);
    }
    return taken;
}

std::uint64_t ReplicaSender::pending(const Group& source, KeySpaceId destination) const {
    const auto cursor = takenBy(source, destination);
    if (!cursor) return 0;
    const Way* way = findWay(source.id, destination);
    if (way == nullptr)
        return source.committed.value() - std::min(*cursor, source.committed).value();
    std::uint64_t pending =
        source.committed.value() - std::min(way->read, source.committed).value();
    for (const auto& [id, outbox] : way->outboxes)
        pending += outbox.pending();
    return pending;
}

}  // namespace orrery::cluster
