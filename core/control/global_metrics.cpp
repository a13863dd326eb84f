// The metrics of replication between Regions, by the names in "Monitoring global tables" of the
// developer guide (V2globaltables_monitoring, globaltables_monitoring). CloudWatch has them with
// the dimensions TableName and ReceivingRegion, in the Region that sends.

#include <array>
#include <charconv>
#include <utility>

#include "core/control/arguments.h"
#include "core/control/prometheus.h"
#include "core/control/verbs.h"

namespace orrery::control {
namespace {

using Pair = observe::ReplicationPairView;

std::string millisecondsText(Duration duration) {
    std::array<char, 40> text{};
    const auto end = std::to_chars(text.begin(), text.end(), milliseconds(duration)).ptr;
    return {text.begin(), end};
}

std::string labels(const Pair& pair) {
    return tableLabels(pair.from, pair.table, pair.accountId) + ",receiving_region=\"" + pair.to +
           "\"";
}

void addLatency(Metrics& metrics, const Pair& pair) {
    if (!pair.latency) return;
    metrics.add("_sum", labels(pair), millisecondsText(pair.latencySum));
    metrics.add("_count", labels(pair), std::to_string(pair.changes));
}

void addLastLatency(Metrics& metrics, const Pair& pair) {
    if (pair.latency) metrics.add("", labels(pair), millisecondsText(*pair.latency));
}

void addPending(Metrics& metrics, const Pair& pair) {
    metrics.sample(labels(pair), pair.pending);
}

void addLost(Metrics& metrics, const Pair& pair) {
    metrics.sample(labels(pair), pair.lost);
}

struct Family {
    std::string_view name;
    std::string_view type;
    std::string_view help;
    void (*add)(Metrics&, const Pair&);
};

constexpr Family kFamilies[] = {
    {"aws_dynamodb_replication_latency_milliseconds", "summary",
     "ReplicationLatency: from the commit of a change in its Region to its commit in the receiving "
     "Region. Several changes of an item that left together count as the first of them.",
     addLatency},
    {"aws_dynamodb_replication_latency_last_milliseconds", "gauge",
     "ReplicationLatency of the last change that was replicated.", addLastLatency},
    {"aws_dynamodb_pending_replication_count", "gauge",
     "PendingReplicationCount: changes that the receiving Region has not acknowledged.",
     addPending},
    {"orrery_replication_lost_total", "counter",
     "Replicated changes that met a later version in the receiving Region.", addLost},
};

class ReplicationMetrics : public SnapshotWriter {
public:
    explicit ReplicationMetrics(observe::SnapshotPtr snapshot) : m_snapshot(std::move(snapshot)) {}

    bool write(std::string& out, std::size_t rowsMax) override {
        const std::vector<Pair>& pairs = m_snapshot->replication;
        if (pairs.empty()) return false;
        Metrics metrics(out);
        for (std::size_t count = 0; m_family < std::size(kFamilies); ++m_family, m_pair = 0) {
            const Family& family = kFamilies[m_family];
            if (!std::exchange(m_familyIsBegun, true))
                metrics.family(family.name, family.type, family.help);
            metrics.continueFamily(family.name);
            for (; m_pair < pairs.size(); ++m_pair) {
                if (count++ == rowsMax) return true;
                family.add(metrics, pairs[m_pair]);
            }
            m_familyIsBegun = false;
        }
        return false;
    }

private:
    const observe::SnapshotPtr m_snapshot;
    std::size_t m_family = 0;
    bool m_familyIsBegun = false;
    std::size_t m_pair = 0;
};

}  // namespace

std::unique_ptr<SnapshotWriter> writeReplicationMetrics(observe::SnapshotPtr snapshot) {
    return std::make_unique<ReplicationMetrics>(std::move(snapshot));
}

}  // namespace orrery::control
