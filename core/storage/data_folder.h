#pragma once

#include <filesystem>
#include <memory>

#include "core/storage/file.h"
#include "core/storage/store.h"

namespace orrery::storage {

// What a data folder has beside the two environments:
//
//   lock     held by the process that uses the folder; says which it is
//   format   "orrery data folder, format N", and ", unfinished" while the environments are made:
//            what a loss of power leaves of them then is made anew
//   archive  a folder, made when something is archived; archive_files.h has what is in it

/// The version of everything that is kept in a data folder. 2: log records and stored items of
/// version 2 (core/decisions/0002-log-record.md) among those of version 1.
inline constexpr int kFolderFormat = 2;

/// A data folder that no other process uses as long as this lives.
class DataFolder {
public:
    /// Makes the folder where it is missing, locks it, and checks its format. In a folder that is
    /// new, or was never finished, no environment is left; make them and call `finish`.
    static StorageResult<std::unique_ptr<DataFolder>> open(const std::filesystem::path& folder);
    /// Locks a data folder that exists and has no newer format, for a check or a repair, and ends a
    /// repair that a kill interrupted. Nothing else in it changes.
    static StorageResult<std::unique_ptr<DataFolder>> lockExisting(
        const std::filesystem::path& folder);

    std::filesystem::path logFile() const { return m_folder / "log.mdb"; }
    std::filesystem::path itemsFile() const { return m_folder / "items.mdb"; }
    std::filesystem::path archiveFolder() const { return m_folder / "archive"; }

    /// An error if this version cannot read a folder whose format file is as it is here.
    StorageResult<void> checkFormatFile() const;
    /// True until `finish`, in a folder in which both environments are to be made.
    bool isNew() const { return !m_isFinished; }
    const std::filesystem::path& path() const { return m_folder; }

    /// Whether the disk would take some more: a file is made, given blocks and removed.
    bool hasRoom() const;

    /// Before anything is written to an environment: a folder of an earlier format gets the present
    /// one. With the log's write lock held; an error if there is no room on the disk.
    StorageResult<void> noteWrite();

    /// Says that both environments are made and synced.
    StorageResult<void> finish();

private:
    struct Format {
        int number = 0;
        bool isUnfinished = false;
    };

    DataFolder(std::filesystem::path folder, File lock, File itself)
        : m_folder(std::move(folder)), m_lock(std::move(lock)), m_itself(std::move(itself)) {}

    static StorageResult<std::unique_ptr<DataFolder>> lock(const std::filesystem::path& folder);
    /// What the format file says.
    StorageResult<Format> readFormat() const;
    StorageResult<void> checkFormat();
    StorageResult<void> checkFiles() const;
    StorageResult<void> begin();
    StorageResult<void> writeFormat(std::string_view suffix) const;

    const std::filesystem::path m_folder;
    const File m_lock;
    const File m_itself;  ///< The folder, locked.
    bool m_isFinished = true;
    bool m_isOlder = false;  ///< Guarded by the log's write lock once the folder is open.
};

}  // namespace orrery::storage
