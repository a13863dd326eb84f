#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "core/storage/archive_medium.h"
#include "core/storage/archive_segment.h"

namespace orrery::storage {

/// The archive as files of a data folder, in a folder per table; archive_segment.h has what is in
/// them:
///
///   archive/<table:8>/<group:16>-<first:16>.segment      numbers are hexadecimal
///
/// The folder is made with the first segment.
class ArchiveFiles : public ArchiveMedium {
public:
    explicit ArchiveFiles(std::filesystem::path folder);
    ~ArchiveFiles() override;

    StorageResult<void> write(ArchiveBatch& batch, LogMedium& log) override;
    StorageResult<void> settle(ArchiveBatch&, LogMedium&) override { return {}; }
    StorageResult<void> keepOnly(const std::vector<ArchiveSegment>& known) override;
    StorageResult<std::vector<ArchivedRecord>> read(const ArchiveSegment& segment, Lsn from,
                                                    std::uint64_t bytesMax) override;
    std::string path() const override { return m_folder.string(); }

private:
    class OpenSegment;

    std::filesystem::path fileOf(KeySpaceId table, GroupId group, Lsn first) const;
    StorageResult<ArchiveSegment> writeSegment(const ArchiveOrder& order, LogMedium& log) const;

    const std::filesystem::path m_folder;
    std::unique_ptr<OpenSegment> m_open;  ///< The one that was read last; readers go on from there.
};

}  // namespace orrery::storage
