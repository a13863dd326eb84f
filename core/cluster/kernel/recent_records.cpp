#include "core/cluster/kernel/recent_records.h"

#include <utility>

namespace orrery::cluster {
namespace {

constexpr std::size_t kRecordsMax = 64;
constexpr std::uint64_t kBytesMax = 32 * 1024;

}  // namespace

RecentRecord* RecentRecords::find(Lsn lsn) {
    if (m_records.empty() || lsn < m_records.front().position.lsn) return nullptr;
    const std::uint64_t offset = lsn.value() - m_records.front().position.lsn.value();
    return offset < m_records.size() ? &m_records[offset] : nullptr;
}

void RecentRecords::add(replication::LogPosition position, SharedBytes bytes) {
    if (const RecentRecord* known = find(position.lsn)) {
        if (known->position == position) return;
        while (!m_records.empty() && m_records.back().position.lsn >= position.lsn)
            m_records.pop_back();
    }
    if (!m_records.empty() && m_records.back().position.lsn.next() != position.lsn)
        m_records.clear();
    m_records.push_back({position, std::move(bytes), nullptr, Instant::never()});
}

void RecentRecords::forget(Lsn appliedByAll, Lsn appliedByTwo) {
    while (!m_records.empty() && m_records.front().position.lsn <= appliedByAll)
        m_records.pop_front();
    std::size_t kept = 0;
    std::uint64_t bytes = 0;
    for (auto record = m_records.rbegin();
         record != m_records.rend() && kept < kRecordsMax && bytes < kBytesMax; ++record) {
        ++kept;
        bytes += record->bytes->size();
    }
    while (m_records.size() > kept && m_records.front().position.lsn <= appliedByTwo)
        m_records.pop_front();
}

}  // namespace orrery::cluster
