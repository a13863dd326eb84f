#include "tests/storage/disk_recorder.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "core/base/prng.h"

namespace orrery::test {
namespace {

DiskRecorder* g_recorder = nullptr;

std::filesystem::path pathOf(int descriptor) {
    std::error_code failed;
    return std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(descriptor), failed);
}

// Nothing for what is neither one of LMDB's data files nor a segment of the archive.
std::string fileOf(int descriptor) {
    const std::filesystem::path path = pathOf(descriptor);
    const bool isOurs = path.extension() == ".mdb" || path.extension() == ".segment";
    return isOurs ? path.filename().string() : std::string();
}

void writeInto(std::string& content, const DiskRecorder::Event& event, std::size_t bytes) {
    if (content.size() < event.offset + bytes) content.resize(event.offset + bytes);
    content.replace(event.offset, bytes, event.bytes, 0, bytes);
}

}  // namespace

DiskRecorder::DiskRecorder() {
    g_recorder = this;
}

DiskRecorder::~DiskRecorder() {
    g_recorder = nullptr;
}

void DiskRecorder::countCall() {
    if (++m_callCount == m_callsToEnd) ::_exit(0);
}

int DiskRecorder::write(int descriptor, std::uint64_t offset, std::string bytes) {
    countCall();
    std::string file = fileOf(descriptor);
    if (file.empty()) return 0;
    if (m_writeFailure.isDue()) {
        m_hasFailed = true;
        return m_writeFailure.code;
    }
    const bool isSynced = (::fcntl(descriptor, F_GETFL) & O_DSYNC) != 0;
    if (isSynced && m_syncFailure.isDue()) {
        m_hasFailed = true;
        return m_syncFailure.code;
    }
    m_events.push_back({isSynced ? Event::Kind::SyncedWrite : Event::Kind::Write, std::move(file),
                        offset, std::move(bytes)});
    return 0;
}

int DiskRecorder::sync(int descriptor) {
    countCall();
    const std::filesystem::path path = pathOf(descriptor);
    std::error_code failed;
    if (std::filesystem::is_directory(path, failed)) {
        m_folderSyncs.push_back(path.string());
        m_events.push_back({Event::Kind::FolderSync, path.filename().string(), 0, {}});
    }
    std::string file = fileOf(descriptor);
    if (file.empty()) return 0;
    if (m_syncFailure.isDue()) {
        m_hasFailed = true;
        return m_syncFailure.code;
    }
    m_events.push_back({Event::Kind::Sync, std::move(file), 0, {}});
    return 0;
}

void DiskState::take(const DiskRecorder::Event& event) {
    if (event.kind == DiskRecorder::Event::Kind::FolderSync) return;
    File& file = m_files[event.file];
    // A synced write is on disk once its event is over; until then it is one that may be lost.
    // What is synced are earlier ones.
    if (event.kind == DiskRecorder::Event::Kind::Write) {
        file.pending.push_back(event);
        return;
    }
    if (event.kind == DiskRecorder::Event::Kind::Sync) {
        for (const DiskRecorder::Event& each : file.pending)
            writeInto(file.synced, each, each.bytes.size());
        file.pending.clear();
        return;
    }
    writeInto(file.synced, event, event.bytes.size());
}

std::vector<std::string> DiskState::cuts(const std::string& name, std::uint64_t seed) const {
    const auto at = m_files.find(name);
    if (at == m_files.end()) return {std::string()};
    const File& file = at->second;
    std::vector<std::string> found = {file.synced};
    const std::size_t count = file.pending.size();
    if (count == 0) return found;
    const auto add = [&](auto&& isThere) {
        std::string content = file.synced;
        for (std::size_t i = 0; i < count; ++i) {
            if (isThere(i)) writeInto(content, file.pending[i], file.pending[i].bytes.size());
        }
        found.push_back(std::move(content));
    };
    Prng prng(seed);
    const std::size_t middle = prng.below(count);
    add([](std::size_t) { return true; });
    add([&](std::size_t i) { return i < middle; });
    add([&](std::size_t i) { return i > middle; });
    add([&](std::size_t) { return prng.chance({1, 2}); });
    // A write of several pages, or of one, that ended at a sector.
    std::string torn = file.synced;
    const DiskRecorder::Event& event = file.pending[middle];
    writeInto(torn, event, event.bytes.size() / 512 / 2 * 512);
    found.push_back(std::move(torn));
    return found;
}

}  // namespace orrery::test

extern "C" {

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
    using orrery::test::g_recorder;
    if (g_recorder != nullptr) {
        const int code = g_recorder->write(descriptor, static_cast<std::uint64_t>(offset),
                                           std::string(static_cast<const char*>(bytes), size));
        if (code != 0) {
            errno = code;
            return -1;
        }
    }
    // A descriptor that syncs by itself would wait for the disk.
    const bool isSynced = g_recorder != nullptr && (::fcntl(descriptor, F_GETFL) & O_DSYNC) != 0;
    if (!isSynced) return ::syscall(SYS_pwrite64, descriptor, bytes, size, offset);
    const std::string path = "/proc/self/fd/" + std::to_string(descriptor);
    const int other = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    const ssize_t written = ::syscall(SYS_pwrite64, other, bytes, size, offset);
    ::close(other);
    return written;
}

ssize_t writev(int descriptor, const struct iovec* parts, int count) {
    using orrery::test::g_recorder;
    if (g_recorder != nullptr) {
        std::string bytes;
        for (int i = 0; i < count; ++i)
            bytes.append(static_cast<const char*>(parts[i].iov_base), parts[i].iov_len);
        const auto offset = static_cast<std::uint64_t>(::lseek(descriptor, 0, SEEK_CUR));
        const int code = g_recorder->write(descriptor, offset, std::move(bytes));
        if (code != 0) {
            errno = code;
            return -1;
        }
    }
    return ::syscall(SYS_writev, descriptor, parts, count);
}

int fdatasync(int descriptor) {
    using orrery::test::g_recorder;
    if (g_recorder == nullptr) return static_cast<int>(::syscall(SYS_fdatasync, descriptor));
    errno = g_recorder->sync(descriptor);
    return errno == 0 ? 0 : -1;
}

int fsync(int descriptor) {
    using orrery::test::g_recorder;
    if (g_recorder == nullptr) return static_cast<int>(::syscall(SYS_fsync, descriptor));
    errno = g_recorder->sync(descriptor);
    return errno == 0 ? 0 : -1;
}

int rename(const char* from, const char* to) {
    using orrery::test::g_recorder;
    if (g_recorder != nullptr) g_recorder->countCall();
    return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

}  // extern "C"
