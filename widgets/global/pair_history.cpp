#include "widgets/global/pair_history.h"

namespace orrery::widgets {

void PairHistory::add(const observe::Snapshot& snapshot) {
    if (snapshot.at < m_last) m_pairs.clear();
    m_last = snapshot.at;
    const std::int64_t period = m_last.sinceStart() / kPeriod;
    for (const observe::ReplicationPairView& view : snapshot.replication)
        add(m_pairs[{view.accountId, view.table, view.from, view.to}],
            {period, view.changes, view.latencySum});
    std::erase_if(m_pairs, [period](const auto& pair) {
        return pair.second.back().period != period;  // It is not in this snapshot.
    });
}

void PairHistory::add(std::deque<Sample>& samples, const Sample& sample) {
    if (!samples.empty() && sample.changes < samples.back().changes) samples.clear();
    // The first sample of all stays: it says where the counts began.
    if (samples.size() > 1 && samples.back().period == sample.period) samples.pop_back();
    samples.push_back(sample);
    // One from before the span stays: the first period in it is counted from there.
    while (samples.size() > 1 && sample.period - samples[1].period > kSpan / kPeriod)
        samples.pop_front();
}

QVector<QPointF> PairHistory::latency(const Pair& pair) const {
    QVector<QPointF> points;
    const auto at = m_pairs.find(pair);
    if (at == m_pairs.end()) return points;
    const std::deque<Sample>& samples = at->second;
    for (std::size_t i = 1; i < samples.size(); ++i) {
        const std::uint64_t changes = samples[i].changes - samples[i - 1].changes;
        if (changes == 0) continue;
        const Duration sum = samples[i].latencySum - samples[i - 1].latencySum;
        const auto periodsAgo = samples[i].period - samples.back().period;
        points << QPointF(
            static_cast<double>(periodsAgo),
            std::chrono::duration<double, std::milli>(sum).count() / static_cast<double>(changes));
    }
    return points;
}

}  // namespace orrery::widgets
