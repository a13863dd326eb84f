#include "core/storage/environment.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/base/sanitizers.h"
#include "core/storage/file.h"
#include "core/storage/guard.h"
#include "core/storage/lmdb_call.h"
#include "core/storage/storage_error.h"

#ifdef ORRERY_ADDRESS_SANITIZER
#include <sanitizer/lsan_interface.h>
#endif

namespace orrery::storage {
namespace {

static_assert(kCorrupted == MDB_CORRUPTED);
static_assert(kPanic == MDB_PANIC);
static_assert(kMapFull == MDB_MAP_FULL);
static_assert(kTransactionFull == MDB_TXN_FULL);

constexpr unsigned kDatabasesMax = 16;
constexpr std::uint64_t kMapBytesMin = 1u << 20;
constexpr int kOwnerOnly = 0600;  // Items are private.

// The address space to reserve for one file. If it is limited (ulimit -v), most is left to threads
// and the heap, whose failed allocations end the process.
std::uint64_t reservable(std::uint64_t wanted) {
    constexpr rlim_t kShare = 8;
    rlimit limit{};
    if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return wanted;
    return std::min<std::uint64_t>(wanted, limit.rlim_cur / kShare);
}

bool hasAddressSpaceFor(std::uint64_t bytes) {
    void* const map =
        ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (map == MAP_FAILED) return false;
    ::munmap(map, bytes);
    return true;
}

// LMDB aborts the process if this returns, so it never returns. Always runs under a guard.
void onAssert(MDB_env*, const char*) {
    jumpOutOfGuard();
}

}  // namespace

StorageError Environment::error(const char* call, int code) const {
    if (code == kFault || m_isPoisoned != 0) return poisoned();
    if (code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_CURSOR_FULL)
        return damaged("the database library found an inconsistent page");
    // A write that is cut short at the limit on file sizes looks like a full disk to LMDB.
    if (code == ENOSPC && fileBytes() >= fileBytesMax()) code = EFBIG;
    return {call, code, m_file.string()};
}

StorageError Environment::damaged(const std::string& what) const {
    return damagedError(m_file.string(), what);
}

StorageError Environment::poisoned() const {
    return damaged("the database library failed on it and can no longer be used");
}

StorageResult<void> Environment::mayEnter() const {
    if (m_mapIsLost != 0) return std::unexpected(error("mmap", ENOMEM));
    if (m_isPoisoned != 0) return std::unexpected(poisoned());
    return {};
}

std::size_t Environment::positionOf(Database database) const {
    return static_cast<std::size_t>(std::ranges::find(m_databases, database) - m_databases.begin());
}

StorageResult<std::unique_ptr<Environment>> Environment::open(const EnvironmentPlan& plan) {
    std::unique_ptr<Environment> environment(
        new Environment(plan, std::max(reservable(plan.mapBytes), kMapBytesMin)));
    if (!plan.onCreate) TRY(environment->checkFile());
    StorageResult<void> opened = environment->openMap();
    while (!opened && opened.error().code == ENOMEM && environment->m_mapBytes > kMapBytesMin) {
        environment->m_mapBytes /= 2;
        opened = environment->openMap();
    }
    if (!opened) return std::unexpected(opened.error());
    if (!plan.onCreate) TRY(environment->openPages());
    TRY(environment->openDatabases(plan));
    if (plan.onCreate) TRY(environment->openPages());
    return environment;
}

// Runs before LMDB opens the file: mdb_env_open maps whatever size a meta page states, even if the
// file is shorter.
StorageResult<void> Environment::checkFile() {
    TRY_ASSIGN(const auto pages, PageFile::open(m_file));
    TRY(pages->start(m_names));
    return {};
}

StorageResult<void> Environment::openPages() {
    for (auto* const pages : {&m_readPages, &m_workerPages, &m_writePages}) {
        TRY_ASSIGN(*pages, PageFile::open(m_file));
        TRY((*pages)->start(m_names));
    }
    return {};
}

// LMDB writes to its lock file through a map. Without an allocated block there, a full disk would
// cause a SIGBUS. One page has room for far more readers than there are.
StorageResult<void> Environment::reserveLockFile() const {
    TRY_ASSIGN(const File lock, File::open(m_file.string() + "-lock", O_RDWR | O_CREAT));
    constexpr std::uint64_t kLockBytes = 4096;
    return lock.reserve(kLockBytes);
}

StorageResult<void> Environment::openMap() {
    installGuard();
    if (!m_isReadOnly) TRY(reserveLockFile());
    if (m_env != nullptr) {
        if (enter([this] { return mdb_env_close(m_env), MDB_SUCCESS; }) != MDB_SUCCESS)
            return std::unexpected(poisoned());
        m_env = nullptr;
    }
    if (const int rc = mdb_env_create(&m_env); rc != MDB_SUCCESS)
        return std::unexpected(error("mdb_env_create", rc));
    mdb_env_set_assert(m_env, onAssert);
    if (const int rc = mdb_env_set_mapsize(m_env, m_mapBytes); rc != MDB_SUCCESS)
        return std::unexpected(error("mdb_env_set_mapsize", rc));
    if (const int rc = mdb_env_set_maxdbs(m_env, kDatabasesMax); rc != MDB_SUCCESS)
        return std::unexpected(error("mdb_env_set_maxdbs", rc));
    // MDB_NOTLS ties a reader's slot to its transaction, not to a thread: a store may move between
    // threads, and one thread may own several stores. Reads are of single items, so read-ahead only
    // costs.
    constexpr unsigned kFlags = MDB_NOSUBDIR | MDB_NOTLS | MDB_NORDAHEAD;
    // The folder is locked, so LMDB needs no lock file, which it could not create.
    const unsigned flags = kFlags | (m_isReadOnly ? MDB_RDONLY | MDB_NOLOCK : 0);
    const int rc = enter([&] { return mdb_env_open(m_env, m_file.c_str(), flags, kOwnerOnly); });
    if (rc != MDB_SUCCESS) return std::unexpected(error("mdb_env_open", rc));
    CHECK(static_cast<std::size_t>(mdb_env_get_maxkeysize(m_env)) >= kKeyBytesMax);
    return {};
}

StorageResult<void> Environment::openDatabases(const EnvironmentPlan& plan) {
    if (plan.onCreate == nullptr) return findDatabases();
    TRY_ASSIGN(WriteTransaction transaction, WriteTransaction::begin(*this));
    for (const std::string& name : m_names) {
        MDB_dbi handle = 0;
        const int rc = enter(
            [&] { return mdb_dbi_open(transaction.m_txn, name.c_str(), MDB_CREATE, &handle); });
        if (rc != MDB_SUCCESS) return std::unexpected(error("mdb_dbi_open", rc));
        m_databases.emplace_back(handle);
    }
    TRY(plan.onCreate(*this, transaction));
    return transaction.commit();
}

// A missing database means damage; creating it would hide the loss. Committing the transaction,
// even a reading one, keeps the handles open.
StorageResult<void> Environment::findDatabases() {
    MDB_txn* txn = nullptr;
    int rc = enter([&] { return mdb_txn_begin(m_env, nullptr, MDB_RDONLY, &txn); });
    if (rc != MDB_SUCCESS) return std::unexpected(error("mdb_txn_begin", rc));
    for (const std::string& name : m_names) {
        MDB_dbi handle = 0;
        rc = enter([&] { return mdb_dbi_open(txn, name.c_str(), 0, &handle); });
        if (rc == MDB_SUCCESS) {
            m_databases.emplace_back(handle);
            continue;
        }
        static_cast<void>(enter([&] { return mdb_txn_abort(txn), MDB_SUCCESS; }));
        if (rc == MDB_NOTFOUND)
            return std::unexpected(damaged("its database \"" + name + "\" is missing"));
        return std::unexpected(error("mdb_dbi_open", rc));
    }
    rc = enter([&] { return mdb_txn_commit(txn); });
    if (rc != MDB_SUCCESS) return std::unexpected(error("mdb_txn_commit", rc));
    return {};
}

// A poisoned environment keeps its map and its lock: no call of LMDB is safe.
Environment::~Environment() {
    if (m_env == nullptr) return;
    if (m_isPoisoned != 0) {
#ifdef ORRERY_ADDRESS_SANITIZER
        __lsan_ignore_object(m_env);
#endif
        return;
    }
    static_cast<void>(enter([this] {
        if (m_spareReader != nullptr) mdb_txn_abort(m_spareReader);
        mdb_env_close(m_env);
        return MDB_SUCCESS;
    }));
}

// LMDB unmaps before it maps anew and cannot go back, so the room is checked first. While a write
// transaction is open, LMDB refuses with EINVAL and keeps its map.
StorageResult<void> Environment::grow() {
    TRY(mayEnter());
    const std::uint64_t wanted = 2 * m_mapBytes;
    if (!hasAddressSpaceFor(wanted)) return std::unexpected(error("mmap", ENOMEM));
    const int rc = enter([&] { return mdb_env_set_mapsize(m_env, wanted); });
    if (rc == MDB_SUCCESS) {
        m_mapBytes = wanted;
        return {};
    }
    m_mapIsLost = rc == EINVAL ? 0 : 1;
    return std::unexpected(error("mdb_env_set_mapsize", rc));
}

StorageResult<void> Environment::checkInPlace() const {
    int descriptor = -1;
    struct stat opened{};
    struct stat named{};
    const bool isOpen =
        mdb_env_get_fd(m_env, &descriptor) == MDB_SUCCESS && ::fstat(descriptor, &opened) == 0;
    const bool isNamed = ::stat(m_file.c_str(), &named) == 0;
    if (isOpen && isNamed && opened.st_ino == named.st_ino && opened.st_dev == named.st_dev)
        return {};
    return std::unexpected(
        StorageError{"stat", ESTALE, m_file.string(),
                     "The file " + m_file.string() +
                         " was deleted or replaced while it was in use; stop the program and put "
                         "the data folder back before you start it again."});
}

// If the disk cannot be asked, the write itself will tell.
std::uint64_t Environment::growthBytes() const {
    struct statvfs disk{};
    if (::statvfs(m_file.c_str(), &disk) != 0) return UINT64_MAX / 2;
    const std::uint64_t limit = fileBytesMax();
    return std::min<std::uint64_t>(disk.f_bavail * disk.f_frsize,
                                   limit - std::min(fileBytes(), limit));
}

std::uint64_t Environment::fileBytes() const {
    std::error_code failed;
    const std::uint64_t bytes = std::filesystem::file_size(m_file, failed);
    return failed ? 0 : bytes;
}

}  // namespace orrery::storage
