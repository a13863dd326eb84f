#pragma once

#include <map>

#include "core/cluster/catalog/table_description.h"
#include "core/cluster/kernel/world_state.h"

namespace orrery::cluster {

/// When tables leave their transient states. Everything of a table that is in a transient state
/// leaves it at the same time: an earlier change waits for the latest one.
class TransientStates {
public:
    explicit TransientStates(WorldState& world) : m_world(world) {}

    /// The table leaves its transient states after the time of the profile; a `TableSettles` is
    /// queued.
    void settleLater(const TableDescription& table);
    void settleAt(KeySpaceId table, Instant at);
    /// True if a `TableSettles` of the table is to come.
    bool isWaiting(KeySpaceId table) const { return m_settlesAt.contains(table); }
    /// True if the table settles now; false if a later change has moved that.
    bool isDue(const TableSettles& settles) const;
    void forget(KeySpaceId table) { m_settlesAt.erase(table); }

private:
    WorldState& m_world;
    std::map<KeySpaceId, Instant> m_settlesAt;  ///< By table that is in a transient state.
};

}  // namespace orrery::cluster
