#include "core/cluster/tables/transient_states.h"

namespace orrery::cluster {

void TransientStates::settleLater(const TableDescription& table) {
    const Instant at = m_world.now + m_world.profile.transientStates;
    m_settlesAt[table.space] = at;
    m_world.queue.add(at, TableSettles{table.space, at});
}

bool TransientStates::isDue(const TableSettles& settles) const {
    const auto due = m_settlesAt.find(settles.table);
    return due != m_settlesAt.end() && due->second == settles.at;
}

}  // namespace orrery::cluster
