#include "core/storage/file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <limits>
#include <utility>

#include "core/base/result.h"

namespace orrery::storage {

StorageResult<File> File::open(std::filesystem::path path, int flags) {
    const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (descriptor < 0) return std::unexpected(StorageError{"open", errno, path.string()});
    return File(std::move(path), descriptor);
}

File::File(File&& other) noexcept
    : m_path(std::move(other.m_path)), m_descriptor(std::exchange(other.m_descriptor, -1)) {}

File::~File() {
    if (m_descriptor >= 0) ::close(m_descriptor);
}

StorageError File::error(const char* call) const {
    return {call, errno, m_path.string()};
}

StorageResult<std::uint64_t> File::size() const {
    struct stat status{};
    if (::fstat(m_descriptor, &status) != 0) return std::unexpected(error("fstat"));
    return static_cast<std::uint64_t>(status.st_size);
}

StorageResult<std::string> File::read(std::uint64_t offset, std::size_t size) const {
    std::string bytes(size, '\0');
    std::size_t done = 0;
    while (done < size) {
        const ssize_t count = ::pread(m_descriptor, bytes.data() + done, size - done,
                                      static_cast<off_t>(offset + done));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return std::unexpected(error("pread"));
        if (count == 0) {
            errno = ENODATA;  // The file is shorter than expected.
            return std::unexpected(error("pread"));
        }
        done += static_cast<std::size_t>(count);
    }
    return bytes;
}

StorageResult<void> File::write(std::uint64_t offset, std::string_view bytes) const {
    while (!bytes.empty()) {
        const ssize_t count =
            ::pwrite(m_descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return std::unexpected(error("pwrite"));
        offset += static_cast<std::uint64_t>(count);
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

StorageResult<void> File::sync() const {
    if (::fsync(m_descriptor) != 0) return std::unexpected(error("fsync"));
    return {};
}

StorageResult<void> File::resize(std::uint64_t bytes) const {
    if (::ftruncate(m_descriptor, static_cast<off_t>(bytes)) != 0)
        return std::unexpected(error("ftruncate"));
    return {};
}

StorageResult<void> File::reserve(std::uint64_t bytes) const {
    const int code = ::posix_fallocate(m_descriptor, 0, static_cast<off_t>(bytes));
    if (code != 0) return std::unexpected(StorageError{"posix_fallocate", code, m_path.string()});
    return {};
}

StorageResult<bool> File::tryLock() const {
    if (::flock(m_descriptor, LOCK_EX | LOCK_NB) == 0) return true;
    if (errno == EWOULDBLOCK) return false;
    return std::unexpected(error("flock"));
}

std::uint64_t fileBytesMax() {
    rlimit limit{};
    const bool isLimited =
        ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
    return isLimited ? limit.rlim_cur : std::numeric_limits<std::uint64_t>::max();
}

StorageResult<void> syncFolder(const std::filesystem::path& folder) {
    TRY_ASSIGN(const File file, File::open(folder, O_RDONLY | O_DIRECTORY));
    return file.sync();
}

StorageResult<void> makeSyncedFolder(const std::filesystem::path& folder) {
    std::error_code failed;
    if (std::filesystem::create_directory(folder, failed)) return syncFolder(folder.parent_path());
    if (failed) return std::unexpected(StorageError{"mkdir", failed.value(), folder.string()});
    return {};
}

StorageResult<void> removeFile(const std::filesystem::path& file) {
    std::error_code failed;
    std::filesystem::remove(file, failed);
    if (failed) return std::unexpected(StorageError{"unlink", failed.value(), file.string()});
    return {};
}

}  // namespace orrery::storage
