#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/storage/archive.h"
#include "core/storage/medium.h"

namespace orrery::storage {

/// One piece of work on the archive.
struct ArchiveBatch {
    std::vector<ArchiveSegment>
        removals;  ///< Nobody reads them any more; they may be gone already.
    std::optional<ArchiveOrder> order;
    /// Filled in by the medium: what `order` became.
    std::optional<ArchiveSegment> written;
};

/// What the archive is kept on: files, or memory. As with the media of the log and the trees,
/// `write` runs on any one thread and changes files, `settle` runs on the owner's thread and
/// changes memory.
class ArchiveMedium {
public:
    virtual ~ArchiveMedium() = default;

    /// Removes and writes, in this order. What it wrote is on disk when it returns; after an error
    /// no part of the segment is left.
    virtual StorageResult<void> write(ArchiveBatch& batch, LogMedium& log) = 0;
    virtual StorageResult<void> settle(ArchiveBatch& batch, LogMedium& log) = 0;

    /// Removes whatever is not among these: segments whose row was never written, or is gone.
    /// Called once, first.
    virtual StorageResult<void> keepOnly(const std::vector<ArchiveSegment>& known) = 0;

    /// The records of `segment` from `from` on: as many as `bytesMax` takes, and at least one. A
    /// segment that is missing or damaged is an error that names its file.
    virtual StorageResult<std::vector<ArchivedRecord>> read(const ArchiveSegment& segment, Lsn from,
                                                            std::uint64_t bytesMax) = 0;
    /// For messages.
    virtual std::string path() const = 0;
};

/// The record that an order names, or an error that says that the log lacks it.
StorageResult<SharedBytes> recordToArchive(LogMedium& log, const ArchiveOrder& order, Lsn lsn);

}  // namespace orrery::storage
