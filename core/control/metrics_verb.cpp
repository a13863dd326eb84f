// GET /metrics.

#include <utility>

#include "core/control/prometheus.h"
#include "core/control/verbs.h"

namespace orrery::control {
namespace {

/// The families with one or more samples per table.
class TableMetrics : public SnapshotWriter {
public:
    /// `head` precedes them.
    TableMetrics(std::string head, observe::SnapshotPtr snapshot)
        : m_head(std::move(head)), m_snapshot(std::move(snapshot)) {}

    bool write(std::string& out, std::size_t tablesMax) override {
        out += std::exchange(m_head, {});
        Metrics metrics(out);
        std::size_t count = 0;
        for (; m_family < std::size(kFamilies); ++m_family, m_region = 0) {
            const Family& family = kFamilies[m_family];
            if (!std::exchange(m_familyIsBegun, true))
                metrics.family(family.name, "gauge", family.help);
            metrics.continueFamily(family.name);
            for (; m_region < m_snapshot->regions.size(); ++m_region) {
                const observe::RegionView& region = *m_snapshot->regions[m_region];
                if (!std::exchange(m_regionIsBegun, true)) m_table = region.tables.begin();
                for (; m_table != region.tables.end(); ++m_table) {
                    if (count++ == tablesMax) return true;
                    family.add(metrics, region, **m_table);
                }
                m_regionIsBegun = false;
            }
            m_familyIsBegun = false;
        }
        return false;
    }

private:
    struct Family {
        std::string_view name;
        std::string_view help;
        void (*add)(Metrics&, const observe::RegionView&, const observe::TableView&);
    };

    static std::string labels(const observe::RegionView& region, const observe::TableView& table) {
        return tableLabels(region.name, table.name, table.accountId);
    }
    static void addItems(Metrics& metrics, const observe::RegionView& region,
                         const observe::TableView& table) {
        metrics.sample(labels(region, table), table.itemCount);
    }
    static void addBytes(Metrics& metrics, const observe::RegionView& region,
                         const observe::TableView& table) {
        metrics.sample(labels(region, table), table.itemBytes);
    }
    static void addLags(Metrics& metrics, const observe::RegionView& region,
                        const observe::TableView& table) {
        for (std::size_t zone = 0; zone < kZonesPerRegion; ++zone) {
            std::uint64_t lag = 0;
            for (const observe::PartitionView& partition : table.partitions)
                lag += partition.replicas[zone].lagRecords;
            metrics.sample(labels(region, table) + ",zone=\"" + region.zones[zone].name + "\"",
                           lag);
        }
    }

    static constexpr Family kFamilies[] = {
        {"aws_dynamodb_item_count", "ItemCount of DescribeTable, up to date.", addItems},
        {"aws_dynamodb_table_size_bytes", "TableSizeBytes of DescribeTable, up to date.", addBytes},
        {"orrery_replica_lag_records",
         "Committed records that a zone's replicas of the table have not applied.", addLags},
    };

    std::string m_head;
    const observe::SnapshotPtr m_snapshot;
    std::size_t m_family = 0;
    bool m_familyIsBegun = false;
    std::size_t m_region = 0;
    bool m_regionIsBegun = false;
    observe::TableList::Iterator m_table;  // Only while in a Region.
};

/// All families that a snapshot shows.
class WorldMetrics : public SnapshotWriter {
public:
    WorldMetrics(std::string head, const observe::SnapshotPtr& snapshot)
        : m_tables(std::move(head), snapshot), m_replication(writeReplicationMetrics(snapshot)) {}

    bool write(std::string& out, std::size_t tablesMax) override {
        if (!m_tablesAreWritten && m_tables.write(out, tablesMax)) return true;
        m_tablesAreWritten = true;
        return m_replication->write(out, tablesMax);
    }

private:
    TableMetrics m_tables;
    bool m_tablesAreWritten = false;
    std::unique_ptr<SnapshotWriter> m_replication;
};

}  // namespace

Response getMetrics(const Call& call) {
    std::string head;
    Metrics metrics(head);
    const observe::Totals totals = call.world.totals();
    metrics.one("aws_dynamodb_requests_total", "counter", "Requests taken.", totals.requests);
    metrics.one("aws_dynamodb_user_errors_total", "counter", "UserErrors: HTTP 400.",
                totals.clientErrors);
    metrics.one("aws_dynamodb_system_errors_total", "counter", "SystemErrors: HTTP 500.",
                totals.serverErrors);
    metrics.one("aws_dynamodb_transaction_conflict_total", "counter",
                "TransactionConflict: requests on items refused because of a transaction.",
                totals.transactionConflicts);
    metrics.one("orrery_stale_reads_total", "counter",
                "Reads with an item that differs from what was acknowledged when they began.",
                totals.staleReads);
    metrics.one("orrery_lagging_reads_total", "counter",
                "Reads that a replica served while it lagged, though with the newest items.",
                totals.laggingReads);
    metrics.one("orrery_elections_total", "counter", "Leaders elected.", totals.elections);
    metrics.one("orrery_messages_total", "counter", "Messages between replicas.", totals.messages);
    const Host::Facts facts = call.host.facts();
    metrics.one("orrery_waiting_requests", "gauge", "Requests held back while the clock is paused.",
                facts.waitingCalls);
    metrics.one("orrery_overlay_bytes", "gauge", "Applied records that no tree holds yet.",
                facts.figures.memtableBytes);
    return showWorld(call, "text/plain; version=0.0.4",
                     [head](std::shared_ptr<observe::Snapshot> snapshot) {
                         return std::make_unique<WorldMetrics>(head, std::move(snapshot));
                     });
}

}  // namespace orrery::control
