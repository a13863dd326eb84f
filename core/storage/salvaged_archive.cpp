#include "core/storage/salvaged_archive.h"

#include <algorithm>

#include "core/storage/archive_rows.h"

namespace orrery::storage {
namespace {

// About one block of a segment.
constexpr std::uint64_t kReadBytes = 64u << 10;

}  // namespace

SalvagedArchive::SalvagedArchive(std::filesystem::path folder, const Rows& values)
    : m_files(std::make_unique<ArchiveFiles>(std::move(folder))) {
    for (const auto& [name, row] : values) {
        const bool isOrder = name.starts_with(kOrderPrefix);
        if (!isOrder && !name.starts_with(kSegmentPrefix)) continue;
        const auto order = isOrder ? decodeOrder(name, row) : std::nullopt;
        const auto segment = isOrder ? std::nullopt : decodeSegment(name, row);
        if (order) {
            m_orders.push_back(*order);
        } else if (segment) {
            m_byPlace.emplace(std::pair(segment->group, segment->first), m_segments.size());
            m_segments.push_back(*segment);
            m_isWhole.push_back(readsWhole(*segment));
        } else {
            m_corruptRows.push_back(name);
        }
    }
}

bool SalvagedArchive::isWhole(const ArchiveSegment& segment) const {
    const auto at = m_byPlace.find({segment.group, segment.first});
    return at != m_byPlace.end() && m_isWhole[at->second];
}

bool SalvagedArchive::readsWhole(const ArchiveSegment& segment) const {
    for (Lsn next = segment.first; next <= segment.last;) {
        const auto records = m_files->read(segment, next, kReadBytes);
        if (!records) return false;
        next = records->back().lsn.next();
    }
    return true;
}

const ArchiveSegment* SalvagedArchive::segmentOf(GroupId group, Lsn lsn) const {
    const auto after = m_byPlace.upper_bound({group, lsn});
    if (after == m_byPlace.begin()) return nullptr;
    const ArchiveSegment& segment = m_segments[std::prev(after)->second];
    return segment.group == group && lsn <= segment.last ? &segment : nullptr;
}

std::optional<std::string> SalvagedArchive::record(GroupId group, Lsn lsn) const {
    const bool isAtHand = m_readGroup == group && !m_read.empty() && m_read.front().lsn <= lsn &&
                          lsn <= m_read.back().lsn;
    if (!isAtHand) {
        const ArchiveSegment* segment = segmentOf(group, lsn);
        if (segment == nullptr) return std::nullopt;
        auto records = m_files->read(*segment, lsn, kReadBytes);
        // The block after the one that has the record may be the unreadable one.
        if (!records) records = m_files->read(*segment, lsn, 1);
        if (!records) return std::nullopt;
        m_read = *std::move(records);
        m_readGroup = group;
    }
    return *m_read[lsn.value() - m_read.front().lsn.value()].bytes;
}

Lsn SalvagedArchive::lastOf(GroupId group) const {
    Lsn last{};
    for (const ArchiveSegment& segment : m_segments)
        if (segment.group == group && isWhole(segment)) last = std::max(last, segment.last);
    return last;
}

}  // namespace orrery::storage
