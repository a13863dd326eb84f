#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/storage/archive.h"
#include "core/storage/medium.h"

namespace orrery::storage {

/// One unit of archive work.
struct ArchiveBatch {
    std::vector<ArchiveSegment> removals;  ///< No longer read; they may be gone already.
    std::optional<ArchiveOrder> order;
    std::uint64_t bytesMax = UINT64_MAX;  ///< A larger segment is not written.
    /// Set by the medium: the segment written for `order`.
    std::optional<ArchiveSegment> written;
    /// Set by the medium: the size of the records, if they were too large.
    std::uint64_t bytesNeeded = 0;
};

/// Where the archive is stored: files, or memory. As with the media of the log and the trees,
/// `write` runs on any one thread and changes files; `settle` runs on the owner's thread and
/// changes memory.
class ArchiveMedium {
public:
    virtual ~ArchiveMedium() = default;

    /// Removes, then writes. On return the segment is on disk; after an error, no part of it is
    /// left.
    virtual StorageResult<void> write(ArchiveBatch& batch, LogMedium& log) = 0;
    virtual StorageResult<void> settle(ArchiveBatch& batch, LogMedium& log) = 0;

    /// Removes every segment not listed here: its row was never written, or has been erased. Call
    /// it once, first.
    virtual StorageResult<void> removeAllExcept(const std::vector<ArchiveSegment>& known) = 0;

    /// The records of `segment` from `from` on: at least one, and as many as fit in `bytesMax`. If
    /// the file is missing or corrupt, the error names it.
    virtual StorageResult<std::vector<ArchivedRecord>> read(const ArchiveSegment& segment, Lsn from,
                                                            std::uint64_t bytesMax) = 0;
    /// For messages.
    virtual std::string path() const = 0;
};

/// The record at `lsn` for an order, from the first of its volumes that has it and can read it. An
/// error if none does.
StorageResult<SharedBytes> recordToArchive(LogMedium& log, const ArchiveOrder& order, Lsn lsn);

}  // namespace orrery::storage
