#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/storage/store.h"

namespace orrery::storage {

/// A system file, closed with this object. Reads and writes are complete or return an error that
/// names the file.
class File {
public:
    /// Flags as for ::open. A created file is accessible only to its owner.
    static StorageResult<File> open(std::filesystem::path path, int flags);
    File(File&& other) noexcept;
    File& operator=(File&&) = delete;
    ~File();

    StorageResult<std::uint64_t> size() const;
    /// Exactly `size` bytes starting at `offset`.
    StorageResult<std::string> read(std::uint64_t offset, std::size_t size) const;
    StorageResult<void> write(std::uint64_t offset, std::string_view bytes) const;
    /// Returns once the contents are on disk; for a folder, the names in it.
    StorageResult<void> sync() const;
    StorageResult<void> resize(std::uint64_t bytes) const;
    /// Allocates disk blocks for the first `bytes` of the file; an error if there is no room.
    StorageResult<void> reserve(std::uint64_t bytes) const;
    /// Locks the file during this object's life. False if another process holds the lock.
    StorageResult<bool> tryLock() const;

    const std::filesystem::path& path() const { return m_path; }

private:
    File(std::filesystem::path path, int descriptor)
        : m_path(std::move(path)), m_descriptor(descriptor) {}
    StorageError error(const char* call) const;

    std::filesystem::path m_path;
    int m_descriptor;
};

/// The limit on the size of files that this process writes (ulimit -f).
std::uint64_t fileBytesMax();
/// Syncs the names in `folder` to disk.
StorageResult<void> syncFolder(const std::filesystem::path& folder);
/// Creates `folder` if it is missing and syncs its name. The parent must exist.
StorageResult<void> makeSyncedFolder(const std::filesystem::path& folder);
/// Removes a file; succeeds if it does not exist.
StorageResult<void> removeFile(const std::filesystem::path& file);

}  // namespace orrery::storage
