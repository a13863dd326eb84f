#pragma once

#include <QPointF>
#include <QVector>
#include <array>
#include <deque>
#include <vector>

#include "core/base/ids.h"
#include "core/observe/snapshot.h"

namespace orrery::widgets {

/// How far the replicas of each zone were behind, over the last minutes of virtual time. Bounded;
/// plain data, no widget.
class LagHistory {
public:
    static constexpr Duration kSpan = std::chrono::minutes(15);
    static constexpr std::size_t kSamplesMax = 20'000;

    struct ZoneLag {
        std::uint64_t records = 0;
        Duration lag{};
        bool operator==(const ZoneLag&) const = default;
    };
    struct Sample {
        Instant at;
        std::array<ZoneLag, kZonesPerRegion> zones;
        /// Some partition has no leader that serves.
        bool lacksLeader = false;
    };

    /// A sample that is not later than the last one replaces it: the clock is paused.
    void add(const Sample& sample);
    void clear() { m_samples.clear(); }
    bool empty() const { return m_samples.empty(); }
    std::size_t size() const { return m_samples.size(); }
    const Sample& last() const { return m_samples.back(); }

    enum class Unit { Records, Milliseconds };
    /// A zone's line over the last `span`: x is seconds before the newest sample (negative), y the
    /// unit. Each of the `columns` has at most two points, its minimum and maximum, so no peak is
    /// lost.
    QVector<QPointF> line(int zone, Unit unit, Duration span, int columns) const;

    /// A time without a leader that serves, in seconds before the newest sample (negative).
    struct Gap {
        double begin = 0;
        double end = 0;
        Duration length{};
    };
    /// Those in the last `span`, oldest first.
    std::vector<Gap> gaps(Duration span) const;

    /// A sample of a Region, over all its tables.
    static Sample ofRegion(const observe::RegionView& region, Instant at);
    /// A sample of one table: the sum of its records and its longest lag per zone.
    static Sample ofTable(const observe::TableView& table, Instant at);

private:
    std::deque<Sample> m_samples;
};

}  // namespace orrery::widgets
