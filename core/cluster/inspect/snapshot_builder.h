#pragma once

#include <array>
#include <cstddef>
#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/cluster/indexes/index_propagator.h"
#include "core/cluster/kernel/world_state.h"
#include "core/observe/snapshot.h"

namespace orrery::cluster {

/// Makes snapshots, and reuses the nodes of the last snapshot that did not change. It rebuilds the
/// view of a table if the table or one of its groups has changed since, or while a value changes
/// with time (a lag, the requests of a second). So the cost of a snapshot depends on the changes,
/// not on the number of tables.
class SnapshotBuilder {
public:
    SnapshotBuilder(WorldState& world, const IndexPropagator& propagator)
        : m_world(world), m_propagator(propagator) {}

    /// `faults` and `heartbeats` come from the fault plan. Visits about `partitionsMax` partitions
    /// at most: if more have changed, it updates the tables that have waited longest and shows the
    /// others in their last state.
    std::shared_ptr<observe::Snapshot> make(std::vector<observe::FaultView> faults,
                                            std::uint64_t heartbeats, std::size_t partitionsMax);

private:
    /// The contribution of a table's replicas to the sums of each zone.
    struct Sums {
        std::uint32_t leaders = 0;
        std::uint32_t replicas = 0;
        std::uint64_t lagRecords = 0;
        Duration lag{};  ///< The longest.
    };
    using ZoneSums = std::array<Sums, kZonesPerRegion>;
    /// A table at its last visit.
    struct Table {
        TablePtr table;
        bool isDescribed = false;    ///< `view` shows the current `table`.
        observe::TableViewPtr view;  ///< Null: not visited yet, and not shown.
        ZoneSums sums;
        std::size_t place = 0;  ///< The position in the Region's list.
        bool waits = false;     ///< Waits for a visit.
    };
    struct Region {
        std::map<std::pair<std::string, std::string>, Table> tables;  ///< By account and name.
        std::vector<observe::TableViewPtr> list;
        bool listIsWhole = true;
        bool hasChanged = false;
        ZoneSums sums;  ///< Without the longest lag, which is the last of `lags`.
        std::array<std::multiset<Duration>, kZonesPerRegion> lags;
        observe::RegionViewPtr shown;
    };

    void collectChanges(std::size_t groupsMax);
    void tableChanged(KeySpaceId space);
    void forget(Table& table);
    void wait(Table& table);
    void lookAtSome(std::size_t partitionsMax);
    /// Returns the number of its partitions.
    std::size_t lookAt(Table& table);
    void setSums(Table& table, const ZoneSums& sums);
    Region& regionOf(const Table& table) { return m_regions[table.table->region.value()]; }
    observe::RegionViewPtr show(const RegionState& region);

    std::shared_ptr<observe::TableView> viewOf(const Table& table) const;
    /// `before` are the previous views of the same partitions, or empty.
    std::vector<observe::PartitionView> partitions(
        KeySpaceId space, const std::vector<observe::PartitionView>& before) const;
    observe::PartitionView partition(Group& group) const;
    observe::ReplicaView replica(const Group& group, ZoneIndex zone) const;
    /// True if a value of the partition will differ in the next snapshot, even without an event.
    bool moves(const observe::PartitionView& partition) const;
    bool isCutOff(RegionId region, ZoneIndex zone) const;

    WorldState& m_world;
    const IndexPropagator& m_propagator;
    std::deque<Region> m_regions;
    std::map<KeySpaceId, Table*> m_tables;
    std::deque<KeySpaceId> m_waiting;  ///< Tables that wait for a visit, each once, in order.
};

}  // namespace orrery::cluster
