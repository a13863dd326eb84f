#include "core/cluster/tables/transient_states.h"

namespace orrery::cluster {

void TransientStates::settleLater(const TableDescription& table) {
    settleAt(table.space, m_world.now + m_world.profile.transientStates);
}

void TransientStates::settleAt(KeySpaceId table, Instant at) {
    m_settlesAt[table] = at;
    m_world.queue.add(at, TableSettles{table, at});
}

bool TransientStates::isDue(const TableSettles& settles) const {
    const auto due = m_settlesAt.find(settles.table);
    return due != m_settlesAt.end() && due->second == settles.at;
}

}  // namespace orrery::cluster
