#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/cluster/inspect/global_views.h"
#include "core/cluster/items/item_server.h"
#include "core/cluster/kernel/world_state.h"
#include "core/observe/snapshot.h"

namespace orrery::cluster {

/// Makes snapshots, and reuses the nodes of the last snapshot that did not change. It rebuilds the
/// view of a table if the table or one of its groups has changed since, or while a value changes
/// with time (a lag, the requests of a second). So the cost of a snapshot depends on the changes,
/// not on the number of tables; only global tables are shown anew each time.
class SnapshotBuilder {
public:
    SnapshotBuilder(WorldState& world, const ItemServer& server,
                    const GlobalReplication& replication, const Jobs& jobs)
        : m_world(world), m_server(server), m_globals(world, replication, jobs) {}

    /// Looks at about `partitionsMax` partitions of changed tables, those that have waited longest
    /// first. Returns false at the end of a round: everything that had changed when it began has
    /// been looked at. The next call begins another round.
    bool refreshSome(std::size_t partitionsMax);
    /// Looks at all changes.
    void refreshAll() {
        m_round.reset();
        while (refreshSome(SIZE_MAX)) {
        }
    }
    /// Shows each table as of the last look at it. `faults` is the fault plan's.
    std::shared_ptr<observe::Snapshot> show(std::vector<observe::FaultView> faults,
                                            const observe::Totals& totals);

private:
    /// The contribution of a table's replicas to the sums of each zone.
    struct Sums {
        std::uint32_t leaders = 0;
        std::uint32_t replicas = 0;
        std::uint64_t lagRecords = 0;
        Duration lag{};  ///< The longest of its replicas.
        /// Partitions that clients in the zone can write, and so on.
        std::uint32_t writable = 0;
        std::uint32_t stronglyReadable = 0;
        std::uint32_t readable = 0;
    };
    using ZoneSums = std::array<Sums, kZonesPerRegion>;
    /// A table at its last visit.
    struct Table {
        TablePtr table;
        bool isDescribed = false;    ///< `view` shows the current `table`.
        observe::TableViewPtr view;  ///< Null: not visited yet, and not shown.
        ZoneSums sums;
        bool waits = false;  ///< In m_waiting.
    };
    struct Region {
        std::map<std::pair<std::string, std::string>, Table> tables;  ///< By account and name.
        observe::TableListBuilder list;
        bool listHasChanged = false;
        ZoneSums sums;  ///< Without the longest lag, which is the last of `lags`.
        std::array<std::multiset<Duration>, kZonesPerRegion> lags;
        observe::RegionViewPtr shown;
        std::array<Instant, kZonesPerRegion> limitedSince = {Instant::never(), Instant::never(),
                                                             Instant::never()};
    };

    /// The rest of a round of looks.
    struct Round {
        std::size_t groups = 0;  ///< Changed groups whose tables are not queued yet.
        std::size_t tables = 0;  ///< Queued tables; counted once no group is left.
        bool tablesAreCounted = false;
    };

    std::size_t collectTables(std::size_t countMax);
    std::size_t collectGroups(std::size_t countMax);
    void tableChanged(KeySpaceId space);
    void forget(Table& table);
    void wait(Table& table);
    /// Returns the number of its partitions.
    std::size_t lookAt(Table& table);
    void setSums(Table& table, const ZoneSums& sums);
    Region& regionOf(const Table& table) { return m_regions[table.table->region.value()]; }
    observe::RegionViewPtr showRegion(const RegionState& region);

    std::shared_ptr<observe::TableView> viewOf(const Table& table) const;
    /// Adds the entries of the local index with this place among the table's.
    void countLocalIndex(const TableDescription& table, std::size_t place,
                         observe::IndexView& view) const;
    /// `before` are the previous views of the same partitions, or empty.
    std::vector<observe::PartitionView> partitions(
        KeySpaceId space, const std::vector<observe::PartitionView>& before) const;
    observe::PartitionView partition(const Group& group) const;
    void showServing(const RegionState& state, ZoneIndex zone, observe::ZoneView& shown);
    observe::ReplicaView replica(const Group& group, ZoneIndex zone) const;
    /// True if a value of the partition will differ in the next snapshot, even without an event.
    bool moves(const observe::PartitionView& partition) const;
    bool isCutOff(RegionId region, ZoneIndex zone) const;

    WorldState& m_world;
    const ItemServer& m_server;
    GlobalViews m_globals;
    std::deque<Region> m_regions;
    std::map<KeySpaceId, Table*> m_tables;
    std::optional<Round> m_round;
    std::deque<KeySpaceId> m_waiting;  ///< Tables to look at, each once, in order of waiting.
};

}  // namespace orrery::cluster
