#pragma once

#include <functional>
#include <span>
#include <utility>

#include "core/cluster/kernel/world_state.h"
#include "core/cluster/replicas/group_saver.h"
#include "core/cluster/replicas/record_finder.h"

namespace orrery::cluster {

/// Called before a replica applies changes to its tree.
using BeforeApply = std::function<void(const Group& group, ZoneIndex zone,
                                       std::span<const storage::TreeChange> changes)>;

/// Applies committed records to the trees of replicas.
class RecordApplier {
public:
    /// The finder and the saver must outlive the applier.
    RecordApplier(WorldState& world, const RecordFinder& finder, GroupSaver& saver)
        : m_world(world), m_finder(finder), m_saver(saver) {}

    /// May be empty.
    void setBeforeApply(BeforeApply beforeApply) { m_beforeApply = std::move(beforeApply); }
    /// True while a group is reopened: it cannot be served without the records to apply.
    void setOpening(bool isOpening) { m_isOpening = isOpening; }

    /// Applies one record to the tree of the replica. False if no store can return the record; that
    /// has been reported.
    bool apply(Group& group, ZoneIndex zone, Lsn lsn);
    /// The same for a caller that already has the record's effect.
    void applyEffect(Group& group, ZoneIndex zone, Lsn lsn, const RecordEffect& effect);
    /// Reports a record that cannot be read: as a failure of the world while a group is reopened.
    void reportUnreadable(storage::StorageError error);
    /// Saves the commit position `commit` together with its effect on the tree. Traces that the
    /// records from `first` on have been applied. Returns that event; none if nothing was applied.
    EventId noteApplied(Group& group, ZoneIndex zone, Lsn first, Lsn commit);
    /// Changes the tree of the replica, and sets its mark there.
    void put(Group& group, ZoneIndex zone, std::span<const storage::TreeChange> changes);

private:
    void changeTree(Group& group, ZoneIndex zone, const table::AppliedRecord& applied, Lsn lsn);

    WorldState& m_world;
    const RecordFinder& m_finder;
    GroupSaver& m_saver;
    BeforeApply m_beforeApply;
    bool m_isOpening = false;
};

}  // namespace orrery::cluster
