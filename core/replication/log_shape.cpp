#include "core/replication/log_shape.h"

#include <algorithm>

#include "core/base/check.h"

namespace orrery::replication {

// Searches start at the end, since nearly all lookups are in the last run.

Term LogShape::termAt(Lsn lsn) const {
    return lsn > m_last ? Term{} : lastTermBefore(lsn);
}

Term LogShape::lastTermBefore(Lsn lsn) const {
    for (auto run = m_runs.rbegin(); run != m_runs.rend(); ++run) {
        if (run->first <= lsn) return run->term;
    }
    return Term{};
}

bool LogShape::contains(LogPosition position) const {
    if (position.lsn == Lsn{}) return true;
    return position.lsn <= m_last && termAt(position.lsn) == position.term;
}

Lsn LogShape::lastAtMost(LogPosition hint) const {
    Lsn end = m_last;
    for (auto run = m_runs.rbegin(); run != m_runs.rend(); ++run) {
        if (run->term <= hint.term && run->first <= hint.lsn) return std::min(end, hint.lsn);
        end = Lsn(run->first.value() - 1);
    }
    return Lsn{};
}

Lsn LogShape::firstOf(Term term) const {
    for (auto run = m_runs.rbegin(); run != m_runs.rend(); ++run) {
        if (run->term == term) return run->first;
        if (run->term < term) break;
    }
    return Lsn{};
}

void LogShape::append(LogPosition position) {
    CHECK(position.lsn == m_last.next());
    if (m_runs.empty() || m_runs.back().term != position.term) {
        CHECK(m_runs.empty() || m_runs.back().term < position.term);
        m_runs.push_back({position.term, position.lsn});
    }
    m_last = position.lsn;
}

void LogShape::truncateFrom(Lsn from) {
    CHECK(from > Lsn{});
    if (from > m_last) return;
    while (!m_runs.empty() && m_runs.back().first >= from)
        m_runs.pop_back();
    m_last = Lsn(from.value() - 1);
}

void LogShape::endAt(Lsn last) {
    if (last < m_last) truncateFrom(last.next());
    CHECK(last == m_last || !m_runs.empty());
    m_last = last;
}

void LogShape::resetTo(LogPosition position) {
    m_runs.assign(1, {position.term, position.lsn});
    m_last = position.lsn;
}

void LogShape::trimBefore(Lsn lsn) {
    auto keep = m_runs.begin();
    while (keep != m_runs.end() && keep + 1 != m_runs.end() && (keep + 1)->first <= lsn)
        ++keep;
    m_runs.erase(m_runs.begin(), keep);
}

}  // namespace orrery::replication
