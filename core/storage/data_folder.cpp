#include "core/storage/data_folder.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <fstream>
#include <vector>

#include "core/base/result.h"
#include "core/storage/file_pair.h"
#include "core/storage/repaired_folder.h"
#include "core/storage/storage_error.h"

namespace orrery::storage {
namespace {

constexpr std::string_view kFormatText = "orrery data folder, format ";
constexpr std::string_view kUnfinished = ", unfinished";
// What must be free before writing is tried again: a turn with a few of the largest requests.
constexpr std::uint64_t kRoomBytes = 4u << 20;

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

// A folder's name is kept by the one above it. One that may be entered and not listed cannot be
// synced; whoever set it up so made the folder in it.
StorageResult<void> syncName(const std::filesystem::path& folder) {
    const std::filesystem::path above = folder.parent_path();
    if (above == folder || ::access(above.c_str(), R_OK) != 0) return {};
    return syncFolder(above);
}

// Made with all that is missing above it, each name synced: what is kept in a folder is lost with
// its name.
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

// The holder wrote "<pid> <name>"; what it says is only shown, the lock itself decides.
StorageError lockedError(const std::filesystem::path& folder, const std::filesystem::path& lock) {
    const std::string holder = firstLine(readAll(lock));
    const std::size_t blank = holder.find(' ');
    std::string who = "another process";
    if (blank != std::string::npos)
        who = holder.substr(blank + 1) + " (process " + holder.substr(0, blank) + ")";
    return {"flock", EWOULDBLOCK, folder.string(),
            "The data folder " + folder.string() + " is in use by " + who +
                "; stop it or choose another folder."};
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
    // The lock file can be removed while it is held, the folder cannot. Some network file systems
    // lock no folders; there the lock file alone decides.
    TRY_ASSIGN(File itself, File::open(folder, O_RDONLY | O_DIRECTORY));
    if (!itself.tryLock().value_or(true)) return std::unexpected(lockedError(folder, path));
    const std::string holder =
        std::to_string(::getpid()) + " " + firstLine(readAll("/proc/self/comm")) + "\n";
    // The text is for people only. On a full disk a folder still opens, for reading.
    StorageResult<void> written = lock.resize(0);
    if (written) written = lock.write(0, holder);
    if (!written && !isLackOfRoom(written.error())) return std::unexpected(written.error());

    return std::unique_ptr<DataFolder>(new DataFolder(folder, std::move(lock), std::move(itself)));
}

StorageResult<std::unique_ptr<DataFolder>> DataFolder::lockExisting(
    const std::filesystem::path& folder) {
    std::error_code failed;
    if (!std::filesystem::exists(folder / "format", failed))
        return std::unexpected(
            StorageError{"open", ENOENT, folder.string(),
                         "The folder " + folder.string() + " is not a data folder."});
    TRY_ASSIGN(auto opened, lock(folder));
    TRY(finishRepair(folder));
    // A format that nobody knows is damage; a newer one is not ours to judge.
    if (const auto format = opened->readFormat(); !format && format.error().code == ENOTSUP)
        return std::unexpected(format.error());
    return opened;
}

bool DataFolder::hasRoom() const {
    const std::filesystem::path path = m_folder / "room";
    const auto file = File::open(path, O_RDWR | O_CREAT | O_TRUNC);
    const bool has = file && file->reserve(kRoomBytes).has_value();
    static_cast<void>(removeFile(path));
    return has;
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
        return std::unexpected(formatError(
            m_folder, " was not written by this program: its format file says \"" + line + "\"."));
    if (format.number > kFolderFormat)
        return std::unexpected(
            formatError(m_folder,
                        " was written by a newer version (format " + std::to_string(format.number) +
                            ", this one knows up to " + std::to_string(kFolderFormat) +
                            "); use that version or choose another folder.",
                        ENOTSUP));
    return format;
}

StorageResult<void> DataFolder::checkFormatFile() const {
    TRY(readFormat());
    return {};
}

StorageResult<void> DataFolder::checkFormat() {
    const std::filesystem::path path = m_folder / "format";
    std::error_code failed;
    if (!std::filesystem::exists(path, failed)) {
        // The format is there before the environments are, so this folder is not as we left it.
        if (std::filesystem::exists(logFile(), failed) ||
            std::filesystem::exists(itemsFile(), failed))
            return std::unexpected(formatError(
                m_folder, " has data but no format file; restore the folder from a backup."));
        return begin();
    }
    TRY_ASSIGN(const Format format, readFormat());
    if (format.isUnfinished) return begin();
    m_isOlder = format.number < kFolderFormat;
    return checkFiles();
}

// What is written from now on, an older program cannot read: the format says so first.
StorageResult<void> DataFolder::noteWrite() {
    if (!m_isOlder) return {};
    TRY(writeFormat(""));
    m_isOlder = false;
    return {};
}

// Without this, a file that is missing would be made again, empty, and what it held would be lost
// without a word.
StorageResult<void> DataFolder::checkFiles() const {
    for (const std::filesystem::path& file : {logFile(), itemsFile()}) {
        std::error_code failed;
        const std::string name = file.filename().string();
        if (!std::filesystem::exists(file, failed))
            return std::unexpected(pairError(m_folder, "has lost its " + name));
        if (std::filesystem::file_size(file, failed) == 0)
            return std::unexpected(pairError(m_folder, "has an empty " + name));
    }
    return {};
}

// Nothing was ever answered from an unfinished folder, so what it holds may go.
StorageResult<void> DataFolder::begin() {
    m_isFinished = false;
    // Who made it may have been stopped before its name was synced.
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

// Whole or not at all: written aside, synced, and given its name last.
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
