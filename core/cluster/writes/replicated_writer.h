#pragma once

#include <cstdint>

#include "core/cluster/replicas/replicator.h"
#include "core/cluster/writes/collection_sizes.h"
#include "core/cluster/writes/item_versions.h"
#include "core/cluster/writes/prepared_items.h"
#include "core/table/log_record.h"

namespace orrery::cluster {

/// What became of a replicated write at a leader.
struct ReplicatedWrite {
    enum class Outcome : std::uint8_t {
        Applied,
        Same,  ///< It is here already.
        Lost,  ///< A later version is here.
        Busy,  ///< A transaction is ongoing for the item, or there is no room; nothing was done.
    };
    Outcome outcome{};
    /// The record on which that depends; 0 if only on committed ones.
    Lsn restsOn{};
};

/// Takes writes that another replica of a global table has committed. Of two versions of an item
/// the later stays, whatever comes first.
class ReplicatedWriter {
public:
    /// All must outlive this object.
    ReplicatedWriter(WorldState& world, Replicator& replicator, PreparedItems& prepared,
                     CollectionSizes& sizes)
        : m_world(world), m_replicator(replicator), m_prepared(prepared), m_sizes(sizes) {}

    /// `write` has the key of this table, a version with its heads, and the name of the Region that
    /// wrote it. Only while the replica in `zone` serves as leader. An error if corrupt data is in
    /// the way.
    storage::StorageResult<ReplicatedWrite> write(Group& group, ZoneIndex zone,
                                                  const table::LogRecord& write) const;

private:
    storage::StorageResult<ReplicatedWrite> apply(Group& group, ZoneIndex zone,
                                                  const table::LogRecord& write,
                                                  const LatestVersion& replaced) const;

    WorldState& m_world;
    Replicator& m_replicator;
    PreparedItems& m_prepared;
    CollectionSizes& m_sizes;
};

}  // namespace orrery::cluster
