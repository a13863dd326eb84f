#pragma once

#include <filesystem>
#include <memory>
#include <optional>

#include "core/storage/file.h"
#include "core/storage/store.h"

namespace orrery::storage {

// The files of a data folder besides the two environments:
//
//   lock     locked by the process that uses the folder, and names that process
//   format   "orrery data folder, format N"; ends in ", unfinished" until both environments are
//            complete, so that the next start recreates what a power loss left of them
//   archive  a folder, created with the first segment; see archive_files.h

/// The version of everything in a data folder. Format 2 adds log records and stored items of
/// version 2 (core/decisions/0002-log-record.md) to those of version 1. Format 3 adds the records
/// of transactions, expiries and streams, which an older program would skip. Format 4 seals values,
/// states and marks (sealed.h). Format 5 counts the entries of local indexes (TreeMark). Format 6
/// has a commit timestamp for each replica, and lists the indexes among the readers of a log
/// (core/cluster/replicas/group_state.cpp).
inline constexpr int kFolderFormat = 6;

/// A data folder, locked against other processes during this object's life.
class DataFolder {
public:
    /// Creates the folder if it is missing, locks it, and checks its format. A folder that is new
    /// or was never finished has no environments; create them and call `finish`.
    static StorageResult<std::unique_ptr<DataFolder>> open(const std::filesystem::path& folder);
    /// Locks an existing data folder of this or an older format, for a check or a repair. It
    /// completes a repair that a kill interrupted and changes nothing else.
    static StorageResult<std::unique_ptr<DataFolder>> lockExisting(
        const std::filesystem::path& folder);

    /// The same for a check, which changes nothing: the folder may be one that this process cannot
    /// write to.
    static StorageResult<std::unique_ptr<DataFolder>> lockToLook(
        const std::filesystem::path& folder);

    std::filesystem::path logFile() const { return m_folder / "log.mdb"; }
    std::filesystem::path itemsFile() const { return m_folder / "items.mdb"; }
    std::filesystem::path archiveFolder() const { return m_folder / "archive"; }

    /// An error if this version cannot read the folder's format.
    StorageResult<void> checkFormatFile() const;
    /// True if a start would create the folder anew.
    StorageResult<bool> isUnfinished() const;
    /// An error if one of the two files is missing or empty.
    StorageResult<void> checkFiles() const;
    /// True until `finish` in a folder whose environments have yet to be created.
    bool isNew() const { return !m_isFinished; }
    /// This process cannot write to the folder.
    bool isReadOnly() const { return !m_lock; }
    const std::filesystem::path& path() const { return m_folder; }

    /// True if each of the two files may grow by so many bytes, and the disk accepts as much as the
    /// larger number. It creates a file, allocates blocks for it, and removes it.
    bool mayGrow(std::uint64_t logBytes, std::uint64_t itemsBytes) const;

    /// Call it before writing to an environment, with the log's write lock held: it raises an
    /// earlier format to the present one. An error if the disk is full.
    StorageResult<void> noteWrite();

    /// Records that both environments have been created and synced.
    StorageResult<void> finish();

private:
    struct Format {
        int number = 0;
        bool isUnfinished = false;
    };

    DataFolder(std::filesystem::path folder, std::optional<File> lock, File folderLock)
        : m_folder(std::move(folder)),
          m_lock(std::move(lock)),
          m_folderLock(std::move(folderLock)) {}

    static StorageResult<std::unique_ptr<DataFolder>> lock(const std::filesystem::path& folder);
    static StorageResult<std::unique_ptr<DataFolder>> lockReadOnly(
        const std::filesystem::path& folder);
    StorageResult<void> checkVersion() const;
    /// The error for a format file that is missing or whose first line is `line`.
    StorageError noFormatError(const std::string& line) const;
    /// The contents of the format file.
    StorageResult<Format> readFormat() const;
    StorageResult<void> checkFormat();
    StorageResult<void> begin();
    StorageResult<void> writeFormat(std::string_view suffix) const;

    const std::filesystem::path m_folder;
    const std::optional<File> m_lock;  ///< Nothing in a folder that cannot be written to.
    const File m_folderLock;           ///< The folder, locked.
    bool m_isFinished = true;
    bool m_isOlder = false;  ///< Guarded by the log's write lock once the folder is open.
};

}  // namespace orrery::storage
