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

#include "core/cluster/kernel/world_state.h"
#include "core/observe/snapshot.h"

namespace orrery::cluster {

/// Makes snapshots; nodes that did not change are those of the snapshot before. A table is looked
/// at anew if it or one of its groups changed since, or while something of it moves with time (a
/// lag, the requests of a second). So a snapshot costs what changed, and not what is there.
class SnapshotBuilder {
public:
    explicit SnapshotBuilder(WorldState& world) : m_world(world) {}

    /// `faults` and `heartbeats` are as the fault plan has them. Looks at about `partitionsMax`
    /// partitions at most: where more have changed, the tables that have waited longest are shown
    /// as they are now, and the others as they were when they were looked at last.
    std::shared_ptr<observe::Snapshot> make(std::vector<observe::FaultView> faults,
                                            std::uint64_t heartbeats, std::size_t partitionsMax);

private:
    /// What the replicas of a table add to those of each zone.
    struct Sums {
        std::uint32_t leaders = 0;
        std::uint32_t replicas = 0;
        std::uint64_t lagRecords = 0;
        Duration lag{};  ///< The longest.
    };
    using ZoneSums = std::array<Sums, kZonesPerRegion>;
    /// A table as it was last looked at.
    struct Table {
        TablePtr table;
        bool isDescribed = false;    ///< `view` has what `table` says.
        observe::TableViewPtr view;  ///< Null: not looked at yet, and not shown.
        ZoneSums sums;
        std::size_t place = 0;  ///< In the list of the Region.
        bool waits = false;     ///< Among those to look at.
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
    /// Returns how many partitions it has.
    std::size_t lookAt(Table& table);
    void setSums(Table& table, const ZoneSums& sums);
    Region& regionOf(const Table& table) { return m_regions[table.table->region.value()]; }
    observe::RegionViewPtr show(const RegionState& region);

    std::shared_ptr<observe::TableView> viewOf(const Table& table) const;
    /// `before` are the same partitions as they were, or none.
    std::vector<observe::PartitionView> partitions(
        KeySpaceId space, const std::vector<observe::PartitionView>& before) const;
    observe::PartitionView partition(Group& group) const;
    observe::ReplicaView replica(const Group& group, ZoneIndex zone) const;
    /// Something of it is another by the next snapshot, though nothing happens.
    bool moves(const observe::PartitionView& partition) const;
    bool isCutOff(RegionId region, ZoneIndex zone) const;

    WorldState& m_world;
    std::deque<Region> m_regions;
    std::map<KeySpaceId, Table*> m_tables;
    std::deque<KeySpaceId> m_waiting;  ///< Tables to look at, each once, in order of waiting.
};

}  // namespace orrery::cluster
