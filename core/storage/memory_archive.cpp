#include "core/storage/memory_archive.h"

#include <cerrno>
#include <set>

#include "core/base/result.h"
#include "core/storage/archive_rows.h"

namespace orrery::storage {
namespace {

std::string nameOf(const ArchiveSegment& segment) {
    return segmentName(segment.table, segment.group, segment.first);
}

}  // namespace

StorageResult<void> MemoryArchive::settle(ArchiveBatch& batch, LogMedium& log) {
    for (const ArchiveSegment& removal : batch.removals)
        m_segments.erase(nameOf(removal));
    if (!batch.order) return {};
    const ArchiveOrder& order = *batch.order;
    ArchiveSegment segment{order.table, order.group, order.first, order.last, order.until, 0, 0};
    std::vector<SharedBytes> records;
    for (Lsn lsn = order.first; lsn <= order.last; lsn = lsn.next()) {
        TRY_ASSIGN(SharedBytes record, recordToArchive(log, order, lsn));
        segment.bytes += record->size();
        records.push_back(std::move(record));
    }
    m_segments.insert_or_assign(nameOf(segment), std::move(records));
    batch.written = segment;
    return {};
}

StorageResult<void> MemoryArchive::removeAllExcept(const std::vector<ArchiveSegment>& known) {
    std::set<std::string> names;
    for (const ArchiveSegment& segment : known)
        names.insert(nameOf(segment));
    std::erase_if(m_segments, [&](const auto& segment) { return !names.contains(segment.first); });
    return {};
}

StorageResult<std::vector<ArchivedRecord>> MemoryArchive::read(const ArchiveSegment& segment,
                                                               Lsn from, std::uint64_t bytesMax) {
    const auto found = m_segments.find(nameOf(segment));
    if (found == m_segments.end())
        return std::unexpected(StorageError{"read", ENOENT, nameOf(segment)});
    std::vector<ArchivedRecord> records;
    std::uint64_t bytes = 0;
    for (Lsn lsn = from; lsn <= segment.last; lsn = lsn.next()) {
        const SharedBytes& record = found->second[lsn.value() - segment.first.value()];
        if (!records.empty() && bytes + record->size() > bytesMax) break;
        bytes += record->size();
        records.push_back({lsn, record});
    }
    return records;
}

}  // namespace orrery::storage
