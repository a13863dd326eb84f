#pragma once

#include <map>

#include "core/storage/archive_medium.h"

namespace orrery::storage {

/// The archive of a store in memory. It holds what a disk would.
class MemoryArchive : public ArchiveMedium {
public:
    StorageResult<void> write(ArchiveBatch&, LogMedium&) override { return {}; }
    StorageResult<void> settle(ArchiveBatch& batch, LogMedium& log) override;
    StorageResult<void> removeAllExcept(const std::vector<ArchiveSegment>& known) override;
    StorageResult<std::vector<ArchivedRecord>> read(const ArchiveSegment& segment, Lsn from,
                                                    std::uint64_t bytesMax) override;
    std::string path() const override { return "memory"; }

private:
    using Segments = std::map<std::string, std::vector<SharedBytes>>;  ///< By segmentName.
    Segments m_segments;
};

}  // namespace orrery::storage
