#include "core/storage/archive_files.h"

#include <fcntl.h>

#include <cerrno>
#include <set>

#include "core/base/crc32c.h"
#include "core/base/result.h"
#include "core/storage/archive_rows.h"
#include "core/storage/file.h"
#include "core/storage/storage_error.h"

namespace orrery::storage {
namespace {

StorageError damaged(const std::filesystem::path& file, const char* what) {
    return damagedError(file.string(), what);
}

StorageError missing(const std::filesystem::path& file) {
    return {"open", ENOENT, file.string(),
            "The archive file " + file.string() + " is missing; " + std::string(kRestoreOrRepair) +
                "."};
}

StorageResult<std::vector<std::filesystem::path>> entriesOf(const std::filesystem::path& folder) {
    std::vector<std::filesystem::path> entries;
    std::error_code failed;
    for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;
         at.increment(failed))
        entries.push_back(at->path());
    if (failed) return std::unexpected(StorageError{"readdir", failed.value(), folder.string()});
    return entries;
}

StorageResult<std::uint64_t> bytesOf(const ArchiveOrder& order, LogMedium& log) {
    std::uint64_t bytes = 0;
    for (Lsn lsn = order.first; lsn <= order.last; lsn = lsn.next()) {
        TRY_ASSIGN(const SharedBytes record, recordToArchive(log, order, lsn));
        bytes += record->size();
    }
    return bytes;
}

}  // namespace

// A segment whose header and index have been read and checked.
class ArchiveFiles::OpenSegment {
public:
    static StorageResult<std::unique_ptr<OpenSegment>> open(std::filesystem::path path,
                                                            const ArchiveSegment& segment);

    bool isOf(const ArchiveSegment& segment) const { return m_segment == segment; }
    StorageResult<std::vector<ArchivedRecord>> read(Lsn from, std::uint64_t bytesMax) const;

private:
    OpenSegment(File file, const ArchiveSegment& segment, std::vector<SegmentBlock> blocks)
        : m_file(std::move(file)), m_segment(segment), m_blocks(std::move(blocks)) {}

    const File m_file;
    const ArchiveSegment m_segment;
    const std::vector<SegmentBlock> m_blocks;
};

StorageResult<std::unique_ptr<ArchiveFiles::OpenSegment>> ArchiveFiles::OpenSegment::open(
    std::filesystem::path path, const ArchiveSegment& segment) {
    auto opened = File::open(std::move(path), O_RDONLY);
    if (!opened && opened.error().code == ENOENT)
        return std::unexpected(missing(opened.error().path));
    TRY_ASSIGN(File file, std::move(opened));
    TRY_ASSIGN(const std::uint64_t size, file.size());
    constexpr std::uint64_t kLeast =
        kSegmentHeaderBytes + kSegmentEntryBytes + kSegmentTrailerBytes;
    if (size != segment.bytes || size < kLeast)
        return std::unexpected(damaged(file.path(), "its size has changed"));
    TRY_ASSIGN(const std::string header, file.read(0, kSegmentHeaderBytes));
    TRY_ASSIGN(const std::string trailer,
               file.read(size - kSegmentTrailerBytes, kSegmentTrailerBytes));
    const std::uint64_t endBytes =
        kSegmentTrailerBytes + std::uint64_t{segmentBlockCount(trailer)} * kSegmentEntryBytes;
    if (endBytes > size - kSegmentHeaderBytes)
        return std::unexpected(damaged(file.path(), "its index is larger than the file"));
    TRY_ASSIGN(const std::string end, file.read(size - endBytes, endBytes));
    auto blocks = decodeSegmentEnd(header, end);
    const bool isOurs =
        blocks && segmentChecksum(end) == segment.checksum &&
        header == encodeSegmentHeader(segment.table, segment.group, segment.first, segment.last) &&
        blocks->front().first == segment.first && blocks->back().first <= segment.last &&
        blocks->back().offset + blocks->back().size == size - endBytes;
    if (!isOurs) return std::unexpected(damaged(file.path(), "its header or index is invalid"));
    return std::unique_ptr<OpenSegment>(
        new OpenSegment(std::move(file), segment, *std::move(blocks)));
}

StorageResult<std::vector<ArchivedRecord>> ArchiveFiles::OpenSegment::read(
    Lsn from, std::uint64_t bytesMax) const {
    std::vector<ArchivedRecord> records;
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < m_blocks.size(); ++i) {
        const SegmentBlock& block = m_blocks[i];
        const Lsn end = i + 1 < m_blocks.size() ? m_blocks[i + 1].first : m_segment.last.next();
        if (end <= from) continue;
        TRY_ASSIGN(const std::string content, m_file.read(block.offset, block.size));
        if (crc32c(content) != block.checksum)
            return std::unexpected(damaged(m_file.path(), "a block fails its checksum"));
        const auto found = decodeBlock(content, end.value() - block.first.value());
        if (!found) return std::unexpected(damaged(m_file.path(), "a block is malformed"));
        for (Lsn lsn = std::max(from, block.first); lsn < end; lsn = lsn.next()) {
            const std::string_view record = (*found)[lsn.value() - block.first.value()];
            if (!records.empty() && bytes + record.size() > bytesMax) return records;
            bytes += record.size();
            records.push_back({lsn, share(std::string(record))});
        }
    }
    return records;
}

ArchiveFiles::ArchiveFiles(std::filesystem::path folder) : m_folder(std::move(folder)) {}

ArchiveFiles::~ArchiveFiles() = default;

std::filesystem::path ArchiveFiles::fileOf(KeySpaceId table, GroupId group, Lsn first) const {
    return m_folder / fixedHex(table.value(), 8) /
           (fixedHex(group.value(), 16) + "-" + fixedHex(first.value(), 16) + ".segment");
}

StorageResult<void> ArchiveFiles::write(ArchiveBatch& batch, LogMedium& log) {
    for (const ArchiveSegment& removal : batch.removals)
        TRY(removeFile(fileOf(removal.table, removal.group, removal.first)));
    if (!batch.order) return {};
    if (batch.bytesMax < UINT64_MAX) {
        TRY_ASSIGN(const std::uint64_t bytes, bytesOf(*batch.order, log));
        if (bytes > batch.bytesMax) batch.bytesNeeded = bytes;
        if (batch.bytesNeeded > 0) return {};
    }
    auto written = writeSegment(*batch.order, log);
    if (!written) {
        // Frees the space now. If a file cannot be removed, the next open removes it.
        std::error_code ignored;
        std::filesystem::remove(fileOf(batch.order->table, batch.order->group, batch.order->first),
                                ignored);
        return std::unexpected(std::move(written).error());
    }
    batch.written = *written;
    return {};
}

StorageResult<ArchiveSegment> ArchiveFiles::writeSegment(const ArchiveOrder& order,
                                                         LogMedium& log) const {
    const std::filesystem::path path = fileOf(order.table, order.group, order.first);
    TRY(makeSyncedFolder(m_folder));
    TRY(makeSyncedFolder(path.parent_path()));
    TRY_ASSIGN(const File file, File::open(path, O_WRONLY | O_CREAT | O_TRUNC));
    const std::string header =
        encodeSegmentHeader(order.table, order.group, order.first, order.last);
    TRY(file.write(0, header));
    std::uint64_t offset = header.size();
    SegmentBlocks blocks(order.first);
    const auto writeBlock = [&]() -> StorageResult<void> {
        const std::string block = blocks.takeBlock();
        TRY(file.write(offset, block));
        offset += block.size();
        return {};
    };
    for (Lsn lsn = order.first; lsn <= order.last; lsn = lsn.next()) {
        TRY_ASSIGN(const SharedBytes record, recordToArchive(log, order, lsn));
        blocks.add(*record);
        if (blocks.isFull()) TRY(writeBlock());
    }
    if (blocks.hasOpenBlock()) TRY(writeBlock());
    const std::string end = encodeSegmentEnd(header, blocks.blocks());
    TRY(file.write(offset, end));
    TRY(file.sync());
    TRY(syncFolder(path.parent_path()));
    return ArchiveSegment{order.table, order.group,         order.first,         order.last,
                          order.until, offset + end.size(), segmentChecksum(end)};
}

StorageResult<void> ArchiveFiles::removeAllExcept(const std::vector<ArchiveSegment>& known) {
    std::error_code failed;
    if (!std::filesystem::exists(m_folder, failed)) return {};
    std::set<std::filesystem::path> files;
    for (const ArchiveSegment& segment : known)
        files.insert(fileOf(segment.table, segment.group, segment.first));
    TRY_ASSIGN(const auto tables, entriesOf(m_folder));
    for (const std::filesystem::path& table : tables) {
        if (!std::filesystem::is_directory(table, failed)) continue;
        TRY_ASSIGN(const auto segments, entriesOf(table));
        for (const std::filesystem::path& file : segments)
            if (!files.contains(file)) TRY(removeFile(file));
    }
    return {};
}

StorageResult<std::vector<ArchivedRecord>> ArchiveFiles::read(const ArchiveSegment& segment,
                                                              Lsn from, std::uint64_t bytesMax) {
    if (m_open == nullptr || !m_open->isOf(segment)) {
        TRY_ASSIGN(m_open,
                   OpenSegment::open(fileOf(segment.table, segment.group, segment.first), segment));
    }
    return m_open->read(from, bytesMax);
}

}  // namespace orrery::storage
