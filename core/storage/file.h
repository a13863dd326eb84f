#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/storage/store.h"

namespace orrery::storage {

/// A file of the system, closed with this object. Reads and writes are whole or an error, which
/// names the file.
class File {
public:
    /// With the flags of ::open; a file that is made is its owner's alone.
    static StorageResult<File> open(std::filesystem::path path, int flags);
    File(File&& other) noexcept;
    File& operator=(File&&) = delete;
    ~File();

    StorageResult<std::uint64_t> size() const;
    /// Exactly `size` bytes from `offset` on.
    StorageResult<std::string> read(std::uint64_t offset, std::size_t size) const;
    StorageResult<void> write(std::uint64_t offset, std::string_view bytes) const;
    /// Returns once all of it is on disk. Of a folder: the names in it.
    StorageResult<void> sync() const;
    StorageResult<void> resize(std::uint64_t bytes) const;
    /// Gives the file blocks of the disk for its first `bytes`, or says that there is no room.
    StorageResult<void> reserve(std::uint64_t bytes) const;
    /// Takes the lock of the file, which ends with this object; false if another process has it.
    StorageResult<bool> tryLock() const;

    const std::filesystem::path& path() const { return m_path; }

private:
    File(std::filesystem::path path, int descriptor)
        : m_path(std::move(path)), m_descriptor(descriptor) {}
    StorageError error(const char* call) const;

    std::filesystem::path m_path;
    int m_descriptor;
};

/// Puts the names in `folder` on disk.
StorageResult<void> syncFolder(const std::filesystem::path& folder);
/// Makes `folder` where it is missing, and puts its name on disk; the folder above is there.
StorageResult<void> makeSyncedFolder(const std::filesystem::path& folder);
/// Removes a file, which may be gone already.
StorageResult<void> removeFile(const std::filesystem::path& file);

}  // namespace orrery::storage
