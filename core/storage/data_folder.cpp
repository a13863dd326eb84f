#include "core/storage/data_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <fstream>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/storage/file_pair.h"
#include "core/storage/repaired_folder.h"
#include "core/storage/storage_error.h"

namespace orrery::storage {
namespace {

constexpr std::string_view kFormatText = "orrery data folder, format ";
constexpr std::string_view kUnfinished = ", unfinished";

// Empty if there is no such file.
std::string readAll(const std::filesystem::path& path) {
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) return {};
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::string firstLine(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

// Syncs the parent, which holds the folder's name. A parent that cannot be listed cannot be synced
// either; whoever set those permissions also created the folder.
StorageResult<void> syncName(const std::filesystem::path& folder) {
    const std::filesystem::path above = folder.parent_path();
    if (above == folder || ::access(above.c_str(), R_OK) != 0) return {};
    return syncFolder(above);
}

// Creates the folder and any missing parents, and syncs each name: a folder whose name is lost is
// lost with its contents.
StorageResult<void> makeFolder(const std::filesystem::path& folder) {
    std::error_code failed;
    std::vector<std::filesystem::path> missing;
    for (std::filesystem::path one = folder; !std::filesystem::exists(one, failed) && !failed;
         one = one.parent_path())
        missing.push_back(one);
    std::filesystem::create_directories(folder, failed);
    if (failed) return std::unexpected(StorageError{"mkdir", failed.value(), folder.string()});
    for (auto made = missing.rbegin(); made != missing.rend(); ++made)
        TRY(syncName(*made));
    return {};
}

/// Absolute, without a slash at its end.
std::filesystem::path wholePath(const std::filesystem::path& folder) {
    std::error_code failed;
    const std::filesystem::path whole =
        std::filesystem::absolute(folder, failed).lexically_normal();
    return whole.has_filename() ? whole : whole.parent_path();
}

// The holder wrote "<pid> <name>". That text is only for the message; the lock itself decides.
StorageError lockedError(const std::filesystem::path& folder, const std::filesystem::path& lock) {
    const std::string holder = firstLine(readAll(lock));
    const std::size_t blank = holder.find(' ');
    std::string who = "another process";
    if (blank != std::string::npos)
        who = holder.substr(blank + 1) + " (process " + holder.substr(0, blank) + ")";
    return {"flock", EWOULDBLOCK, folder.string(),
            "The data folder " + folder.string() + " is in use by " + who +
                "; stop that process or choose another folder."};
}

StorageResult<void> checkIsOurs(const std::filesystem::path& folder) {
    for (const char* file : {"format", "log.mdb"}) {
        std::error_code failed;
        if (std::filesystem::exists(folder / file, failed)) return {};
        if (failed) return std::unexpected(StorageError{"stat", failed.value(), folder.string()});
    }
    return std::unexpected(
        StorageError{"open", ENOENT, folder.string(),
                     "The folder " + folder.string() + " is not a data folder."});
}

StorageError formatError(const std::filesystem::path& folder, const std::string& detail,
                         int code = EPROTO) {
    return {"format", code, folder.string(), "The data folder " + folder.string() + detail};
}

}  // namespace

StorageResult<std::unique_ptr<DataFolder>> DataFolder::open(const std::filesystem::path& folder) {
    TRY(makeFolder(wholePath(folder)));
    TRY_ASSIGN(auto opened, lock(folder));
    TRY(finishRepair(folder));
    TRY(opened->checkFormat());
    return opened;
}

StorageResult<std::unique_ptr<DataFolder>> DataFolder::lock(const std::filesystem::path& folder) {
    const std::filesystem::path path = folder / "lock";
    TRY_ASSIGN(File lock, File::open(path, O_RDWR | O_CREAT));
    TRY_ASSIGN(const bool isOurs, lock.tryLock());
    if (!isOurs) return std::unexpected(lockedError(folder, path));
    // The lock file can be deleted while it is locked, the folder cannot. Some network file systems
    // do not lock folders; there, only the lock file protects the data.
    TRY_ASSIGN(File folderLock, File::open(folder, O_RDONLY | O_DIRECTORY));
    if (!folderLock.tryLock().value_or(true)) return std::unexpected(lockedError(folder, path));
    const std::string holder =
        std::to_string(::getpid()) + " " + firstLine(readAll("/proc/self/comm")) + "\n";
    // The text is only for people. Ignoring errors lets a folder on a full disk open for reading.
    StorageResult<void> written = lock.resize(0);
    if (written) written = lock.write(0, holder);
    if (!written && !isLackOfRoom(written.error())) return std::unexpected(written.error());

    return std::unique_ptr<DataFolder>(
        new DataFolder(folder, std::move(lock), std::move(folderLock)));
}

// The folder's lock is enough: whoever uses the folder holds it as well.
StorageResult<std::unique_ptr<DataFolder>> DataFolder::lockReadOnly(
    const std::filesystem::path& folder) {
    TRY_ASSIGN(File folderLock, File::open(folder, O_RDONLY | O_DIRECTORY));
    if (!folderLock.tryLock().value_or(true))
        return std::unexpected(lockedError(folder, folder / "lock"));
    return std::unique_ptr<DataFolder>(new DataFolder(folder, std::nullopt, std::move(folderLock)));
}

StorageResult<std::unique_ptr<DataFolder>> DataFolder::lockExisting(
    const std::filesystem::path& folder) {
    TRY(checkIsOurs(folder));
    TRY_ASSIGN(auto opened, lock(folder));
    TRY(finishRepair(folder));
    TRY(opened->checkVersion());
    return opened;
}

StorageResult<std::unique_ptr<DataFolder>> DataFolder::lockToLook(
    const std::filesystem::path& folder) {
    TRY(checkIsOurs(folder));
    if (::faccessat(AT_FDCWD, folder.c_str(), W_OK, AT_EACCESS) == 0) {
        auto opened = lockExisting(folder);
        if (opened || opened.error().code != EACCES) return opened;
    }
    TRY_ASSIGN(auto opened, lockReadOnly(folder));
    if (isRepairUnfinished(folder))
        return std::unexpected(
            formatError(folder,
                        " has a repair that was interrupted and cannot be completed, since the "
                        "folder is read-only; run the check where it can be written to.",
                        EROFS));
    TRY(opened->checkVersion());
    return opened;
}

// An unreadable format is damage, which the callers tolerate; a newer one is refused.
StorageResult<void> DataFolder::checkVersion() const {
    const auto format = readFormat();
    if (!format && format.error().code == ENOTSUP) return std::unexpected(format.error());
    return {};
}

bool DataFolder::mayGrow(std::uint64_t logBytes, std::uint64_t itemsBytes) const {
    for (const auto& [file, bytes] :
         {std::pair(logFile(), logBytes), std::pair(itemsFile(), itemsBytes)}) {
        std::error_code failed;
        const std::uint64_t size = std::filesystem::file_size(file, failed);
        if (!failed && size + bytes > fileBytesMax()) return false;
    }
    const std::uint64_t bytes = std::max(logBytes, itemsBytes);
    if (bytes == 0) return true;
    const std::filesystem::path path = m_folder / "room";
    const auto file = File::open(path, O_RDWR | O_CREAT | O_TRUNC);
    const bool has = file && file->reserve(bytes).has_value();
    static_cast<void>(removeFile(path));
    return has;
}

// The format file can be written anew for a folder that has its log, so `repair` mends this.
StorageError DataFolder::noFormatError(const std::string& line) const {
    std::error_code failed;
    const auto status = std::filesystem::status(m_folder / "format", failed);
    std::string what = " has data but no format file";
    if (!line.empty())
        what = " has a format file that this program did not write (\"" + line + "\")";
    else if (std::filesystem::is_regular_file(status))
        what = " has an empty format file";
    else if (std::filesystem::exists(status))
        what = " has something else in place of its format file";
    if (std::filesystem::exists(logFile(), failed))
        return formatError(m_folder, what + "; " + std::string(kRestoreOrRepair) + ".");
    return formatError(m_folder, what +
                                     " and no log.mdb, which defines the tables; restore the "
                                     "data folder from a backup, or choose another folder.");
}

StorageResult<DataFolder::Format> DataFolder::readFormat() const {
    const std::string line = firstLine(readAll(m_folder / "format"));
    std::string_view version = line;
    Format format;
    format.isUnfinished = version.ends_with(kUnfinished);
    if (format.isUnfinished) version.remove_suffix(kUnfinished.size());
    const char* const end = version.data() + version.size();
    if (!version.starts_with(kFormatText) ||
        std::from_chars(version.data() + kFormatText.size(), end, format.number).ptr != end ||
        format.number < 1)
        return std::unexpected(noFormatError(line));
    if (format.number > kFolderFormat)
        return std::unexpected(
            formatError(m_folder,
                        " was written by a newer version (format " + std::to_string(format.number) +
                            "; this version reads up to " + std::to_string(kFolderFormat) +
                            "); use that version or choose another folder.",
                        ENOTSUP));
    return format;
}

StorageResult<void> DataFolder::checkFormatFile() const {
    TRY(readFormat());
    return {};
}

StorageResult<bool> DataFolder::isUnfinished() const {
    TRY_ASSIGN(const Format format, readFormat());
    return format.isUnfinished;
}

StorageResult<void> DataFolder::checkFormat() {
    const std::filesystem::path path = m_folder / "format";
    std::error_code failed;
    if (!std::filesystem::exists(path, failed)) {
        // The format file is written before the environments, so someone else changed this folder.
        if (std::filesystem::exists(logFile(), failed) ||
            std::filesystem::exists(itemsFile(), failed))
            return std::unexpected(noFormatError(""));
        return begin();
    }
    TRY_ASSIGN(const Format format, readFormat());
    if (format.isUnfinished) return begin();
    m_isOlder = format.number < kFolderFormat;
    return checkFiles();
}

// An older program cannot read what is written from now on, so the format is raised first.
StorageResult<void> DataFolder::noteWrite() {
    if (!m_isOlder) return {};
    TRY(writeFormat(""));
    m_isOlder = false;
    return {};
}

// Without this check, a missing file would be created empty and its data silently lost.
StorageResult<void> DataFolder::checkFiles() const {
    for (const std::filesystem::path& file : {logFile(), itemsFile()}) {
        std::error_code failed;
        const std::string name = file.filename().string();
        const bool isMissing = !std::filesystem::exists(file, failed);
        if (!isMissing && std::filesystem::file_size(file, failed) > 0) continue;
        StorageError error =
            pairError(m_folder, (isMissing ? "is missing its " : "has an empty ") + name);
        // The log defines the tables, so nothing can be repaired without it.
        if (file == itemsFile())
            error.detail +=
                " Without a backup, run \"orreryd repair --data DIR\": it restores what log.mdb "
                "still holds and lists the rest as lost.";
        return std::unexpected(std::move(error));
    }
    return {};
}

// No request was ever answered from an unfinished folder, so its contents can be deleted.
StorageResult<void> DataFolder::begin() {
    m_isFinished = false;
    // The process that created the folder may have stopped before it synced the name.
    TRY(syncName(wholePath(m_folder)));
    TRY(writeFormat(kUnfinished));
    TRY(removeFile(logFile()));
    return removeFile(itemsFile());
}

StorageResult<void> DataFolder::finish() {
    if (m_isFinished) return {};
    TRY(syncFolder(m_folder));
    TRY(writeFormat(""));
    m_isFinished = true;
    return {};
}

// Atomic: writes a temporary file, syncs it, and renames it last.
StorageResult<void> DataFolder::writeFormat(std::string_view suffix) const {
    const std::filesystem::path aside = m_folder / "format.new";
    {
        TRY_ASSIGN(const File file, File::open(aside, O_WRONLY | O_CREAT | O_TRUNC));
        std::string text(kFormatText);
        text.append(std::to_string(kFolderFormat)).append(suffix).append("\n");
        TRY(file.write(0, text));
        TRY(file.sync());
    }
    std::error_code failed;
    std::filesystem::rename(aside, m_folder / "format", failed);
    if (failed) return std::unexpected(StorageError{"rename", failed.value(), aside.string()});
    return syncFolder(m_folder);
}

}  // namespace orrery::storage
