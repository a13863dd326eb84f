#include "core/storage/environment.h"

#include <lmdb.h>

#include <cerrno>
#include <utility>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/storage/storage_error.h"

namespace orrery::storage {
namespace {

static_assert(kMapFull == MDB_MAP_FULL);
static_assert(kTransactionFull == MDB_TXN_FULL);

constexpr unsigned kDatabasesMax = 16;
constexpr std::uint64_t kMapBytesMin = 1u << 20;
constexpr int kOwnerOnly = 0600;  // Items are private.

// LMDB does not write through it.
MDB_val valueOf(std::string_view bytes) {
    return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view viewOf(const MDB_val& value) {
    return {static_cast<const char*>(value.mv_data), value.mv_size};
}

}  // namespace

StorageError Environment::error(const char* call, int code) const {
    return {call, code, m_file.string()};
}

StorageResult<std::unique_ptr<Environment>> Environment::open(
    const std::filesystem::path& file, std::uint64_t mapBytes,
    std::initializer_list<const char*> databases) {
    std::unique_ptr<Environment> environment(
        new Environment(file, std::max(mapBytes, kMapBytesMin)));
    StorageResult<void> opened = environment->openMap();
    while (!opened && opened.error().code == ENOMEM && environment->m_mapBytes > kMapBytesMin) {
        environment->m_mapBytes /= 2;
        opened = environment->openMap();
    }
    if (!opened) return std::unexpected(opened.error());
    TRY(environment->openDatabases(databases));
    return environment;
}

StorageResult<void> Environment::openMap() {
    if (m_env != nullptr) mdb_env_close(std::exchange(m_env, nullptr));
    if (const int rc = mdb_env_create(&m_env); rc != MDB_SUCCESS)
        return std::unexpected(error("mdb_env_create", rc));
    if (const int rc = mdb_env_set_mapsize(m_env, m_mapBytes); rc != MDB_SUCCESS)
        return std::unexpected(error("mdb_env_set_mapsize", rc));
    if (const int rc = mdb_env_set_maxdbs(m_env, kDatabasesMax); rc != MDB_SUCCESS)
        return std::unexpected(error("mdb_env_set_maxdbs", rc));
    // A reader's slot belongs to its transaction, not to a thread: a store may move between threads
    // and several stores may be open on one. Reads are of single items, so reading ahead is a loss.
    constexpr unsigned kFlags = MDB_NOSUBDIR | MDB_NOTLS | MDB_NORDAHEAD;
    if (const int rc = mdb_env_open(m_env, m_file.c_str(), kFlags, kOwnerOnly); rc != MDB_SUCCESS)
        return std::unexpected(error("mdb_env_open", rc));
    CHECK(static_cast<std::size_t>(mdb_env_get_maxkeysize(m_env)) >= kKeyBytesMax);
    return {};
}

StorageResult<void> Environment::openDatabases(std::initializer_list<const char*> names) {
    TRY_ASSIGN(WriteTransaction transaction, WriteTransaction::begin(*this));
    for (const char* name : names) {
        MDB_dbi handle = 0;
        if (const int rc = mdb_dbi_open(transaction.m_txn, name, MDB_CREATE, &handle);
            rc != MDB_SUCCESS)
            return std::unexpected(error("mdb_dbi_open", rc));
        m_databases.emplace_back(handle);
    }
    return transaction.commit();
}

Environment::~Environment() {
    if (m_spareReader != nullptr) mdb_txn_abort(m_spareReader);
    if (m_env != nullptr) mdb_env_close(m_env);
}

// LMDB unmaps before it maps anew, so a refusal must be followed by mapping what there was.
StorageResult<void> Environment::grow() {
    const std::uint64_t wanted = 2 * m_mapBytes;
    const int rc = mdb_env_set_mapsize(m_env, wanted);
    if (rc == MDB_SUCCESS) {
        m_mapBytes = wanted;
        return {};
    }
    m_mapIsLost = mdb_env_set_mapsize(m_env, m_mapBytes) != MDB_SUCCESS;
    return std::unexpected(error("mdb_env_set_mapsize", rc));
}

std::uint64_t Environment::fileBytes() const {
    std::error_code failed;
    const std::uint64_t bytes = std::filesystem::file_size(m_file, failed);
    return failed ? 0 : bytes;
}

StorageResult<std::optional<std::string_view>> Transaction::get(Database database,
                                                                std::string_view key) const {
    MDB_val k = valueOf(key);
    MDB_val v{};
    const int rc = mdb_get(m_txn, database.value(), &k, &v);
    if (rc == MDB_NOTFOUND) return std::optional<std::string_view>();
    if (rc != MDB_SUCCESS) return std::unexpected(m_environment->error("mdb_get", rc));
    return std::optional(viewOf(v));
}

StorageResult<std::uint64_t> Transaction::entryCount(Database database) const {
    MDB_stat stat{};
    if (const int rc = mdb_stat(m_txn, database.value(), &stat); rc != MDB_SUCCESS)
        return std::unexpected(m_environment->error("mdb_stat", rc));
    return stat.ms_entries;
}

StorageResult<ReadTransaction> ReadTransaction::begin(Environment& environment) {
    if (environment.m_mapIsLost) return std::unexpected(environment.error("mmap", ENOMEM));
    MDB_txn* txn = std::exchange(environment.m_spareReader, nullptr);
    if (txn != nullptr) {
        if (const int rc = mdb_txn_renew(txn); rc != MDB_SUCCESS) {
            mdb_txn_abort(txn);
            return std::unexpected(environment.error("mdb_txn_renew", rc));
        }
        return ReadTransaction(environment, txn);
    }
    if (const int rc = mdb_txn_begin(environment.m_env, nullptr, MDB_RDONLY, &txn);
        rc != MDB_SUCCESS)
        return std::unexpected(environment.error("mdb_txn_begin", rc));
    return ReadTransaction(environment, txn);
}

ReadTransaction::ReadTransaction(ReadTransaction&& other) noexcept
    : Transaction(*other.m_environment, std::exchange(other.m_txn, nullptr)) {}

ReadTransaction::~ReadTransaction() {
    if (m_txn == nullptr) return;
    if (m_environment->m_spareReader != nullptr) {
        mdb_txn_abort(m_txn);
        return;
    }
    mdb_txn_reset(m_txn);
    m_environment->m_spareReader = m_txn;
}

StorageResult<WriteTransaction> WriteTransaction::begin(Environment& environment) {
    if (environment.m_mapIsLost) return std::unexpected(environment.error("mmap", ENOMEM));
    MDB_txn* txn = nullptr;
    if (const int rc = mdb_txn_begin(environment.m_env, nullptr, 0, &txn); rc != MDB_SUCCESS)
        return std::unexpected(environment.error("mdb_txn_begin", rc));
    return WriteTransaction(environment, txn);
}

WriteTransaction::WriteTransaction(WriteTransaction&& other) noexcept
    : Transaction(*other.m_environment, std::exchange(other.m_txn, nullptr)) {}

WriteTransaction::~WriteTransaction() {
    if (m_txn != nullptr) mdb_txn_abort(m_txn);
}

StorageResult<void> WriteTransaction::put(Database database, std::string_view key,
                                          std::string_view value) {
    MDB_val k = valueOf(key);
    MDB_val v = valueOf(value);
    if (const int rc = mdb_put(m_txn, database.value(), &k, &v, 0); rc != MDB_SUCCESS)
        return std::unexpected(m_environment->error("mdb_put", rc));
    return {};
}

StorageResult<bool> WriteTransaction::erase(Database database, std::string_view key) {
    MDB_val k = valueOf(key);
    const int rc = mdb_del(m_txn, database.value(), &k, nullptr);
    if (rc == MDB_NOTFOUND) return false;
    if (rc != MDB_SUCCESS) return std::unexpected(m_environment->error("mdb_del", rc));
    return true;
}

// A write that is cut short is what a disk does that has just become full. LMDB calls it EIO, but
// no system call failed, so errno tells it from an error of the disk; no library function clears
// errno.
StorageResult<void> WriteTransaction::commit() {
    errno = 0;
    const int rc = mdb_txn_commit(std::exchange(m_txn, nullptr));
    if (rc == MDB_SUCCESS) return {};
    const bool cutShort = rc == EIO && errno == 0;
    return std::unexpected(m_environment->error("mdb_txn_commit", cutShort ? ENOSPC : rc));
}

StorageResult<Cursor> Cursor::open(const Transaction& transaction, Database database) {
    MDB_cursor* cursor = nullptr;
    if (const int rc = mdb_cursor_open(transaction.m_txn, database.value(), &cursor);
        rc != MDB_SUCCESS)
        return std::unexpected(transaction.m_environment->error("mdb_cursor_open", rc));
    return Cursor(*transaction.m_environment, cursor);
}

Cursor::Cursor(Cursor&& other) noexcept
    : m_environment(other.m_environment),
      m_cursor(std::exchange(other.m_cursor, nullptr)),
      m_valid(other.m_valid),
      m_key(other.m_key),
      m_value(other.m_value) {}

Cursor::~Cursor() {
    if (m_cursor != nullptr) mdb_cursor_close(m_cursor);
}

StorageResult<bool> Cursor::move(int operation, std::string_view key) {
    MDB_val k = valueOf(key);
    MDB_val v{};
    const int rc = mdb_cursor_get(m_cursor, &k, &v, static_cast<MDB_cursor_op>(operation));
    m_valid = rc == MDB_SUCCESS;
    if (rc == MDB_NOTFOUND) return false;
    if (rc != MDB_SUCCESS) return std::unexpected(m_environment->error("mdb_cursor_get", rc));
    m_key = viewOf(k);
    m_value = viewOf(v);
    return true;
}

StorageResult<bool> Cursor::first() {
    return move(MDB_FIRST);
}

StorageResult<bool> Cursor::last() {
    return move(MDB_LAST);
}

StorageResult<bool> Cursor::lowerBound(std::string_view key) {
    return move(MDB_SET_RANGE, key);
}

StorageResult<bool> Cursor::next() {
    return move(MDB_NEXT);
}

StorageResult<bool> Cursor::previous() {
    return move(MDB_PREV);
}

StorageResult<void> Cursor::put(std::string_view key, std::string_view value) {
    MDB_val k = valueOf(key);
    MDB_val v = valueOf(value);
    if (const int rc = mdb_cursor_put(m_cursor, &k, &v, 0); rc != MDB_SUCCESS)
        return std::unexpected(m_environment->error("mdb_cursor_put", rc));
    return {};
}

StorageResult<void> Cursor::erase() {
    CHECK(m_valid);
    if (const int rc = mdb_cursor_del(m_cursor, 0); rc != MDB_SUCCESS)
        return std::unexpected(m_environment->error("mdb_cursor_del", rc));
    return {};
}

}  // namespace orrery::storage
