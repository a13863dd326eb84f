#pragma once

#include <QPointF>
#include <QString>
#include <QVector>
#include <deque>
#include <map>

#include "core/base/time.h"
#include "core/observe/snapshot.h"

namespace orrery::widgets {

/// ReplicationLatency of each pair over the last minutes of virtual time, as CloudWatch shows it:
/// the mean of the changes of each period, which is a second here. Bounded; plain data, no widget.
class PairHistory {
public:
    static constexpr Duration kSpan = std::chrono::minutes(5);
    static constexpr Duration kPeriod = std::chrono::seconds(1);

    /// A table and two of its Regions.
    struct Pair {
        std::string accountId;
        std::string table;
        std::string from;
        std::string to;
        auto operator<=>(const Pair&) const = default;

        Pair reversed() const { return {accountId, table, to, from}; }
    };

    /// Pairs that are no longer in the snapshot are forgotten. An earlier instant, or a count that
    /// went back, means another world.
    void add(const observe::Snapshot& snapshot);
    /// x is seconds before the newest snapshot (negative), y milliseconds. A period without a
    /// change has no point.
    QVector<QPointF> latency(const Pair& pair) const;

private:
    /// Of all changes up to the end of a period.
    struct Sample {
        std::int64_t period = 0;
        std::uint64_t changes = 0;
        Duration latencySum{};
    };

    static void add(std::deque<Sample>& samples, const Sample& sample);

    Instant m_last;
    std::map<Pair, std::deque<Sample>> m_pairs;
};

}  // namespace orrery::widgets
