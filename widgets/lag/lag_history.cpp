#include "widgets/lag/lag_history.h"

#include <algorithm>

namespace orrery::widgets {

void LagHistory::add(const Sample& sample) {
    if (!m_samples.empty() && sample.at <= m_samples.back().at) {
        // An earlier instant means another world; the same one, a clock that stands still.
        if (sample.at < m_samples.back().at)
            m_samples.clear();
        else
            m_samples.pop_back();
    }
    m_samples.push_back(sample);
    while (m_samples.size() > kSamplesMax || sample.at - m_samples.front().at > kSpan)
        m_samples.pop_front();
}

QVector<QPointF> LagHistory::line(int zone, Unit unit, Duration span, int columns) const {
    QVector<QPointF> points;
    if (m_samples.empty()) return points;
    const Instant end = m_samples.back().at;
    const auto begin = std::ranges::lower_bound(m_samples, span, std::greater<>(),
                                                [end](const Sample& s) { return end - s.at; });
    const auto valueOf = [zone, unit](const Sample& sample) {
        const ZoneLag& lag = sample.zones[static_cast<std::size_t>(zone)];
        return unit == Unit::Records ? static_cast<double>(lag.records)
                                     : std::chrono::duration<double, std::milli>(lag.lag).count();
    };
    const auto pointOf = [&](const Sample& sample) {
        return QPointF(-std::chrono::duration<double>(end - sample.at).count(), valueOf(sample));
    };
    const auto columnOf = [&](const Sample& sample) {
        return (span - (end - sample.at)).count() * columns / span.count();
    };
    for (auto it = begin; it != m_samples.end();) {
        const auto column = columnOf(*it);
        auto least = it;
        auto most = it;
        for (; it != m_samples.end() && columnOf(*it) == column; ++it) {
            if (valueOf(*it) < valueOf(*least)) least = it;
            if (valueOf(*it) > valueOf(*most)) most = it;
        }
        const auto [first, second] = std::minmax(least, most);
        points << pointOf(*first);
        if (second != first) points << pointOf(*second);
    }
    return points;
}

std::vector<LagHistory::Gap> LagHistory::gaps(Duration span) const {
    std::vector<Gap> gaps;
    if (m_samples.empty()) return gaps;
    const Instant end = m_samples.back().at;
    const auto secondsAt = [end](Instant at) {
        return -std::chrono::duration<double>(end - at).count();
    };
    for (auto it = m_samples.begin(); it != m_samples.end();) {
        const auto first =
            std::find_if(it, m_samples.end(), [](const Sample& one) { return one.lacksLeader; });
        const auto last = std::find_if(first, m_samples.end(),
                                       [](const Sample& one) { return !one.lacksLeader; });
        if (first == m_samples.end()) break;
        const Instant until = last == m_samples.end() ? end : last->at;
        if (end - until < span)
            gaps.push_back({secondsAt(first->at), secondsAt(until), until - first->at});
        it = last;
    }
    return gaps;
}

LagHistory::Sample LagHistory::ofRegion(const observe::RegionView& region, Instant at) {
    Sample sample{at, {}};
    // What no zone can write lacks a leader; what one zone cannot write may lie behind a cut link.
    sample.lacksLeader = std::ranges::all_of(
        region.zones, [](const observe::ZoneView& zone) { return !zone.why.empty(); });
    for (std::size_t i = 0; i < sample.zones.size(); ++i)
        sample.zones[i] = {region.zones[i].lagRecords, region.zones[i].lag};
    return sample;
}

LagHistory::Sample LagHistory::ofTable(const observe::TableView& table, Instant at) {
    Sample sample{at, {}};
    for (const observe::PartitionView& partition : table.partitions) {
        sample.lacksLeader = sample.lacksLeader || !partition.serving.whole.writes;
        for (std::size_t i = 0; i < sample.zones.size(); ++i) {
            sample.zones[i].records += partition.replicas[i].lagRecords;
            sample.zones[i].lag = std::max(sample.zones[i].lag, partition.replicas[i].lag);
        }
    }
    return sample;
}

}  // namespace orrery::widgets
