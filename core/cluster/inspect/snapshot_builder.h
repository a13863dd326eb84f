#pragma once

#include <map>
#include <memory>
#include <vector>

#include "core/cluster/indexes/index_propagator.h"
#include "core/cluster/kernel/world_state.h"
#include "core/observe/snapshot.h"

namespace orrery::cluster {

/// Makes snapshots; nodes that did not change are those of the snapshot before.
class SnapshotBuilder {
public:
    SnapshotBuilder(WorldState& world, const IndexPropagator& propagator)
        : m_world(world), m_propagator(propagator) {}

    /// `faults` and `heartbeats` are as the fault plan has them.
    std::shared_ptr<observe::Snapshot> make(std::vector<observe::FaultView> faults,
                                            std::uint64_t heartbeats);

private:
    observe::TableViewPtr tableView(const TableDescription& table);
    std::vector<observe::PartitionView> partitions(KeySpaceId space);
    observe::PartitionView partition(Group& group);
    bool isCutOff(RegionId region, ZoneIndex zone) const;
    observe::ReplicaView replica(const Group& group, ZoneIndex zone) const;
    void addToZones(const observe::PartitionView& partition, observe::RegionView& region) const;

    WorldState& m_world;
    const IndexPropagator& m_propagator;
    std::map<KeySpaceId, observe::TableViewPtr> m_tables;
};

}  // namespace orrery::cluster
