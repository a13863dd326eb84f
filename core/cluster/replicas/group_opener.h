#pragma once

#include <array>
#include <utility>
#include <vector>

#include "core/cluster/kernel/world_state.h"
#include "core/cluster/replicas/log_trimmer.h"
#include "core/cluster/replicas/record_applier.h"
#include "core/cluster/replicas/record_finder.h"
#include "core/cluster/replicas/replay_reader.h"

namespace orrery::cluster {

/// Restores the groups in the store (section 4, "Opening"): their states, and the records that
/// their trees lack. Replicator starts the replicas between these steps.
class GroupOpener {
public:
    /// Everything passed must outlive the opener.
    GroupOpener(WorldState& world, const RecordFinder& finder, RecordApplier& applier,
                LogTrimmer& trimmer)
        : m_world(world), m_finder(finder), m_applier(applier), m_trimmer(trimmer) {}

    /// A thread that helps `replay`; null: none.
    void setHelper(storage::HelperThread* helper) { m_helper = helper; }

    /// Loads the state of a group.
    storage::StorageResult<void> load(Group& group);
    /// The same for a group that another one shares its id with: see `Replicator::reopenShared`.
    storage::StorageResult<void> loadShared(Group& group);
    /// Applies the records that were known to be committed but had not reached the trees of the
    /// started replicas.
    void replay(Group& group);
    /// Applies to the tree of a replica without power what it knows to be committed.
    storage::StorageResult<void> applyWithoutPower(Group& group, ZoneIndex zone);
    /// Reads the uncommitted end of the leader's log, once the replicas have started.
    storage::StorageResult<void> rebuildTail(Group& group);

private:
    storage::StorageResult<void> loadState(Group& group);
    storage::StorageResult<void> checkEnd(const Group& group, const Member& member) const;
    storage::StorageResult<void> loadTimestamp(const Group& group, Member& member) const;
    static void stepDownAfterLoss(Group& group);
    /// By zone.
    using LackedRecords = std::array<replication::LsnRange, kZonesPerRegion>;
    static std::vector<ReplayReader::Part> partsToRead(const LackedRecords& lacked);
    bool replayOne(Group& group, Lsn lsn, ReplayReader& reader);
    storage::StorageResult<RecordEffect> effect(Group& group, ZoneIndex zone, Lsn lsn,
                                                ReplayReader& reader) const;

    WorldState& m_world;
    const RecordFinder& m_finder;
    RecordApplier& m_applier;
    LogTrimmer& m_trimmer;
    storage::HelperThread* m_helper = nullptr;
};

}  // namespace orrery::cluster
