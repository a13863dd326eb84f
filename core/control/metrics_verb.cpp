// GET /metrics.

#include <utility>

#include "core/base/account_id.h"
#include "core/control/verbs.h"

namespace orrery::control {
namespace {

/// Prometheus' text format, one family at a time.
class Metrics {
public:
    explicit Metrics(std::string& out) : m_out(out) {}

    void family(std::string_view name, std::string_view type, std::string_view help) {
        m_name = name;
        m_out.append("# HELP ").append(name).append(" ").append(help).append("\n# TYPE ");
        m_out.append(name).append(" ").append(type).append("\n");
    }
    /// Adds samples to a family that has begun.
    void continueFamily(std::string_view name) { m_name = name; }
    void sample(std::string_view labels, std::int64_t value) {
        m_out += m_name;
        if (!labels.empty()) m_out.append("{").append(labels).append("}");
        m_out.append(" ").append(std::to_string(value)).append("\n");
    }
    void one(std::string_view name, std::string_view type, std::string_view help,
             std::uint64_t value) {
        family(name, type, help);
        sample("", static_cast<std::int64_t>(value));
    }

private:
    std::string& m_out;
    std::string_view m_name;
};

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

    static std::string escaped(std::string_view text) {
        std::string out;
        for (const char c : text) {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
        return out;
    }
    static std::string labels(const observe::RegionView& region, const observe::TableView& table) {
        std::string labels = "region=\"" + region.name + "\",table_name=\"" + table.name + "\"";
        // Tables of different accounts may have the same name.
        if (const auto digits = accountDigits(table.accountId); digits != kSharedAccount)
            labels.append(",account=\"").append(digits).append("\"");
        if (const auto name = namespaceOf(table.accountId); !name.empty())
            labels.append(",namespace=\"").append(escaped(name)).append("\"");
        return labels;
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
                           static_cast<std::int64_t>(lag));
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
                "Reads that a replica served before it had applied every committed record.",
                totals.staleReads);
    metrics.one("orrery_elections_total", "counter", "Leaders elected.", totals.elections);
    metrics.one("orrery_messages_total", "counter", "Messages between replicas.", totals.messages);
    const Host::Facts facts = call.host.facts();
    metrics.one("orrery_waiting_requests", "gauge", "Requests held back while the clock is paused.",
                facts.waitingCalls);
    metrics.one("orrery_overlay_bytes", "gauge", "Applied records that no tree holds yet.",
                facts.figures.memtableBytes);
    return showWorld(call, "text/plain; version=0.0.4",
                     [head](std::shared_ptr<observe::Snapshot> snapshot) {
                         return std::make_unique<TableMetrics>(head, std::move(snapshot));
                     });
}

}  // namespace orrery::control
