#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "core/storage/archive_medium.h"
#include "core/storage/archive_segment.h"

namespace orrery::storage {

/// The archive as files in the data folder, with a folder per table (format: archive_segment.h):
///
///   archive/<table:8>/<group:16>-<first:16>.segment      numbers are hexadecimal
///
/// The first segment creates the folder.
class ArchiveFiles : public ArchiveMedium {
public:
    explicit ArchiveFiles(std::filesystem::path folder);
    ~ArchiveFiles() override;

    StorageResult<void> write(ArchiveBatch& batch, LogMedium& log) override;
    StorageResult<void> settle(ArchiveBatch&, LogMedium&) override { return {}; }
    StorageResult<void> removeAllExcept(const std::vector<ArchiveSegment>& known) override;
    StorageResult<std::vector<ArchivedRecord>> read(const ArchiveSegment& segment, Lsn from,
                                                    std::uint64_t bytesMax) override;
    std::string path() const override { return m_folder.string(); }

private:
    class OpenSegment;

    std::filesystem::path fileOf(KeySpaceId table, GroupId group, Lsn first) const;
    StorageResult<ArchiveSegment> writeSegment(const ArchiveOrder& order, LogMedium& log) const;

    const std::filesystem::path m_folder;
    /// The segment read last; readers usually continue in it.
    std::unique_ptr<OpenSegment> m_open;
};

}  // namespace orrery::storage
