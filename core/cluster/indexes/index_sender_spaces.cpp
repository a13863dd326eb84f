#include <algorithm>

#include "core/cluster/indexes/index_sender.h"

// What the sender knows of a new index, and what it forgets with a deleted index or table.

namespace orrery::cluster {

void IndexSender::setBarrier(GroupId base, KeySpaceId index, Lsn barrier) {
    m_barriers[index][base] = barrier;
}

Lsn IndexSender::barrierOf(GroupId base, KeySpaceId index) const {
    const auto barriers = m_barriers.find(index);
    if (barriers == m_barriers.end()) return Lsn{};
    const auto barrier = barriers->second.find(base);
    return barrier == barriers->second.end() ? Lsn{} : barrier->second;
}

void IndexSender::skipToBarriers(const Group& base, ZoneIndex leader, const TableDescription& table,
                                 Source& source) const {
    Lsn floor = base.member(leader).mark.applied;
    for (const SecondaryIndex& index : table.indexes) {
        if (index.global && index.status != TableStatus::Deleting)
            floor = std::min(floor, barrierOf(base.id, index.space));
    }
    source.taken = std::max(source.taken, floor);
}

void IndexSender::forgetIndex(KeySpaceId table, KeySpaceId index) {
    m_barriers.erase(index);
    for (const GroupId base : m_world.partitions.ofSpace(table)) {
        ++m_sourcesVisited;
        const auto known = m_sources.find(base);
        if (known == m_sources.end()) continue;
        Source& source = known->second;
        const std::size_t erased =
            std::erase_if(source.outboxes, [&source, index](const auto& entry) {
                const Outbox& outbox = entry.second;
                if (outbox.index != index) return false;
                source.unanswered -= outbox.unanswered();
                source.unansweredBytes -= outbox.waitingBytes + outbox.underWayBytes;
                return true;
            });
        // They may have held back the cursor, for which the backfill of another index waits.
        if (erased > 0) queueRetry(*m_world.findGroup(base), source, Duration{});
    }
}

void IndexSender::forgetTable(KeySpaceId table) {
    for (const GroupId base : m_world.partitions.ofSpace(table)) {
        ++m_sourcesVisited;
        m_sources.erase(base);
    }
}

}  // namespace orrery::cluster
