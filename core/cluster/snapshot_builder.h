#pragma once

#include <map>
#include <memory>

#include "core/cluster/index_propagator.h"
#include "core/cluster/world_state.h"
#include "core/cluster/zones.h"
#include "core/observe/snapshot.h"

namespace orrery::cluster {

/// Makes snapshots; nodes that did not change are those of the snapshot before.
class SnapshotBuilder {
public:
    SnapshotBuilder(WorldState& world, const Zones& zones, const IndexPropagator& propagator)
        : m_world(world), m_zones(zones), m_propagator(propagator) {}

    std::shared_ptr<observe::Snapshot> make();

private:
    observe::TableViewPtr tableView(const TableDescription& table);
    std::vector<observe::PartitionView> partitions(KeySpaceId space);
    observe::PartitionView partition(Group& group);
    observe::ReplicaView replica(const Group& group, ZoneIndex zone) const;
    void addToZones(const observe::PartitionView& partition, observe::RegionView& region) const;

    WorldState& m_world;
    const Zones& m_zones;
    const IndexPropagator& m_propagator;
    std::map<KeySpaceId, observe::TableViewPtr> m_tables;
};

}  // namespace orrery::cluster
