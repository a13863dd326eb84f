#pragma once

#include <cstdint>
#include <memory>

#include "core/cluster/kernel/world_state.h"
#include "core/table/log_record.h"

namespace orrery::cluster {

/// A record's effect on a tree, and its size in the log.
struct RecordEffect {
    std::shared_ptr<const table::AppliedRecord> applied;
    std::uint64_t bytes = 0;
};

/// Finds the records of a replica's log: in memory, in flight to the modelled disk, or in the
/// store. A record that is corrupt there is taken from another replica.
class RecordFinder {
public:
    explicit RecordFinder(WorldState& world) : m_world(world) {}

    /// Null if this replica does not have the record. A record from the store has been verified.
    storage::StorageResult<SharedBytes> find(Group& group, ZoneIndex zone, Lsn lsn) const;
    /// A record that this replica must have; an error if no replica has it.
    storage::StorageResult<SharedBytes> bytes(Group& group, ZoneIndex zone, Lsn lsn) const;
    /// The same, decoded.
    storage::StorageResult<table::LogRecord> record(Group& group, ZoneIndex zone, Lsn lsn) const;
    /// The effect of a record that this replica must have; replicas share it while the record is in
    /// memory.
    storage::StorageResult<RecordEffect> effect(Group& group, ZoneIndex zone, Lsn lsn) const;
    /// The effect of a record; none if it belongs to another group (`Replicator::reopenShared`).
    static table::AppliedRecord effectOf(const Group& group, const table::LogRecord& record,
                                         Lsn lsn);

private:
    /// The record of another replica at the same position, or the error if none has it.
    storage::StorageResult<SharedBytes> sameRecord(const Group& group, ZoneIndex zone,
                                                   replication::LogPosition position,
                                                   storage::StorageError error) const;

    WorldState& m_world;
};

}  // namespace orrery::cluster
