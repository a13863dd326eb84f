#include <lmdb.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/storage/environment.h"
#include "core/storage/guard.h"
#include "core/storage/lmdb_call.h"

namespace orrery::storage {
namespace {

// A transaction may begin between two commits of a writer, and the second commit may overwrite the
// transaction's meta page before it is read.
constexpr int kBeginAttempts = 1000;

const PageFault kUnreadable{"it is unreadable", 0};

}  // namespace

const PageTree& Transaction::tree(Database database) const {
    return m_view->trees[m_environment->positionOf(database)];
}

StorageResult<std::optional<std::string_view>> Transaction::read(Database database,
                                                                 std::string_view key) const {
    PageCursor cursor(m_view->pages, tree(database));
    bool found = false;
    if (!guarded([&] { found = cursor.find(key); }))
        return std::unexpected(m_environment->m_readPages->damaged(kUnreadable));
    if (cursor.fault()) return std::unexpected(m_environment->m_readPages->damaged(cursor.fault()));
    if (!found) return std::optional<std::string_view>();
    return std::optional(cursor.value());
}

StorageResult<void> Transaction::checkPathTo(Database database, std::string_view key) const {
    if (m_view == nullptr) return {};  // The file is still being created.
    if (!m_checkedPath || m_checkedPath->database != database)
        m_checkedPath.emplace(CheckedPath{database, PageCursor(m_view->pages, tree(database))});
    PageCursor& cursor = m_checkedPath->cursor;
    bool isSound = false;
    if (!guarded([&] { isSound = cursor.checkPathTo(key); })) {
        m_checkedPath.reset();
        return std::unexpected(m_environment->m_writePages->damaged(kUnreadable));
    }
    if (isSound) return {};
    const PageFault fault = cursor.fault();
    m_checkedPath.reset();
    return std::unexpected(m_environment->m_writePages->damaged(fault));
}

StorageResult<std::optional<std::string_view>> Transaction::get(Database database,
                                                                std::string_view key) const {
    if (!m_writes) return read(database, key);
    TRY(checkPathTo(database, key));
    MDB_val k = valueOf(key);
    MDB_val v{};
    const int rc = m_environment->enter([&] { return mdb_get(m_txn, database.value(), &k, &v); });
    if (rc == MDB_NOTFOUND) return std::optional<std::string_view>();
    if (rc != MDB_SUCCESS) return std::unexpected(m_environment->error("mdb_get", rc));
    return std::optional(viewOf(v));
}

StorageResult<std::optional<std::string_view>> Transaction::get(Database database,
                                                                std::string_view key,
                                                                PageNeighbours& neighbours) const {
    CHECK(!m_writes);
    PageCursor cursor(m_view->pages, tree(database));
    bool found = false;
    if (!guarded([&] {
            found = cursor.find(key);
            if (!found) static_cast<void>(cursor.findNeighbours(neighbours));
        }))
        return std::unexpected(m_environment->m_readPages->damaged(kUnreadable));
    if (cursor.fault()) return std::unexpected(m_environment->m_readPages->damaged(cursor.fault()));
    if (!found) return std::optional<std::string_view>();
    return std::optional(cursor.value());
}

StorageResult<std::uint64_t> Transaction::entryCount(Database database) const {
    if (!m_writes) return tree(database).root.entries;
    MDB_stat stat{};
    const int rc = m_environment->enter([&] { return mdb_stat(m_txn, database.value(), &stat); });
    if (rc != MDB_SUCCESS) return std::unexpected(m_environment->error("mdb_stat", rc));
    return stat.ms_entries;
}

// A transaction that failed may have made the file longer than its meta page says.
std::uint64_t Transaction::unusedBytes() const {
    if (m_view == nullptr) return 0;
    const std::uint64_t named = m_view->pagesNamed * m_view->pages.pageBytes;
    const std::uint64_t beyond = std::max(m_environment->fileBytes(), named) - named;
    return beyond + m_view->unusedPages() * m_view->pages.pageBytes;
}

StorageResult<MDB_txn*> ReadTransaction::beginTxn(Environment& environment, Reader reader) {
    MDB_txn* txn = nullptr;
    if (reader == Reader::Owner) txn = std::exchange(environment.m_spareReader, nullptr);
    const bool isNew = txn == nullptr;
    const int rc = environment.enter([&] {
        if (isNew) return mdb_txn_begin(environment.m_env, nullptr, MDB_RDONLY, &txn);
        const int renewed = mdb_txn_renew(txn);
        if (renewed != MDB_SUCCESS) mdb_txn_abort(txn);
        return renewed;
    });
    if (rc != MDB_SUCCESS)
        return std::unexpected(environment.error(isNew ? "mdb_txn_begin" : "mdb_txn_renew", rc));
    return txn;
}

StorageResult<ReadTransaction> ReadTransaction::begin(Environment& environment, Reader reader) {
    PageFile& pages =
        reader == Reader::Owner ? *environment.m_readPages : *environment.m_workerPages;
    for (int attempt = 0; attempt < kBeginAttempts; ++attempt) {
        TRY(environment.mayEnter());
        TRY_ASSIGN(MDB_txn* const txn, beginTxn(environment, reader));
        ReadTransaction transaction(environment, txn, nullptr);
        transaction.m_reader = reader;
        std::uint64_t number = 0;
        static_cast<void>(environment.enter([&] {
            number = mdb_txn_id(txn);
            return MDB_SUCCESS;
        }));
        TRY_ASSIGN(transaction.m_view, pages.view(number, environment.m_names));
        if (transaction.m_view != nullptr) return transaction;
    }
    return std::unexpected(environment.damaged("its meta pages name no existing transaction"));
}

ReadTransaction::ReadTransaction(ReadTransaction&& other) noexcept
    : Transaction(*other.m_environment, std::exchange(other.m_txn, nullptr),
                  std::move(other.m_view)),
      m_reader(other.m_reader) {}

ReadTransaction::~ReadTransaction() {
    if (m_txn == nullptr) return;
    const bool isSpare = m_reader == Reader::Owner && m_environment->m_spareReader == nullptr;
    const int rc = m_environment->enter([&] {
        if (isSpare)
            mdb_txn_reset(m_txn);
        else
            mdb_txn_abort(m_txn);
        return MDB_SUCCESS;
    });
    if (rc == MDB_SUCCESS && isSpare) m_environment->m_spareReader = m_txn;
}

StorageResult<WriteTransaction> WriteTransaction::begin(Environment& environment) {
    WriteTransaction transaction(environment, nullptr, nullptr);
    environment.m_writeLock.acquire();
    transaction.m_hasLock = true;
    transaction.m_writes = true;
    // Checked with the lock held: its previous holder may have met a fault.
    TRY(environment.mayEnter());
    TRY(environment.checkInPlace());
    MDB_txn* txn = nullptr;
    std::uint64_t number = 0;
    const int rc = environment.enter([&] {
        const int begun = mdb_txn_begin(environment.m_env, nullptr, 0, &txn);
        if (begun == MDB_SUCCESS) number = mdb_txn_id(txn);
        return begun;
    });
    if (rc != MDB_SUCCESS) return std::unexpected(environment.error("mdb_txn_begin", rc));
    transaction.m_txn = txn;
    // The write lock is held, so the last commit stays the last one.
    if (environment.m_writePages != nullptr) {
        TRY_ASSIGN(transaction.m_view,
                   environment.m_writePages->view(number - 1, environment.m_names));
        if (transaction.m_view == nullptr)
            return std::unexpected(environment.damaged("its newest meta page is missing"));
        // Checked here, not at open: a large folder has millions of free pages, and startup must
        // not wait.
        if (!environment.m_hasCheckedFree)
            TRY(environment.m_writePages->checkFreePages(*transaction.m_view));
        environment.m_hasCheckedFree = true;
    }
    return transaction;
}

std::uint64_t WriteTransaction::pagesMax() const {
    constexpr std::uint64_t kPageBytes = 4096;
    constexpr std::uint64_t kPartOfRoom = 8;
    constexpr std::uint64_t kPagesMin = 16;
    const std::uint64_t pages =
        unusedBytes() / kPageBytes + m_environment->growthBytes() / kPageBytes;
    return std::max(pages / kPartOfRoom, kPagesMin);
}

WriteTransaction::WriteTransaction(WriteTransaction&& other) noexcept
    : Transaction(*other.m_environment, std::exchange(other.m_txn, nullptr),
                  std::move(other.m_view)),
      m_hasLock(std::exchange(other.m_hasLock, false)) {
    m_writes = true;
}

WriteTransaction::~WriteTransaction() {
    if (m_txn != nullptr) {
        static_cast<void>(m_environment->enter([this] {
            mdb_txn_abort(m_txn);
            return MDB_SUCCESS;
        }));
    }
    end();
}

void WriteTransaction::end() {
    if (std::exchange(m_hasLock, false)) m_environment->m_writeLock.release();
}

StorageResult<void> WriteTransaction::put(Database database, std::string_view key,
                                          std::string_view value) {
    TRY(checkPathTo(database, key));
    MDB_val k = valueOf(key);
    MDB_val v = valueOf(value);
    const int rc =
        m_environment->enter([&] { return mdb_put(m_txn, database.value(), &k, &v, 0); });
    if (rc != MDB_SUCCESS) return std::unexpected(m_environment->error("mdb_put", rc));
    return {};
}

StorageResult<bool> WriteTransaction::erase(Database database, std::string_view key) {
    TRY(checkPathTo(database, key));
    MDB_val k = valueOf(key);
    const int rc =
        m_environment->enter([&] { return mdb_del(m_txn, database.value(), &k, nullptr); });
    if (rc == MDB_NOTFOUND) return false;
    if (rc != MDB_SUCCESS) return std::unexpected(m_environment->error("mdb_del", rc));
    return true;
}

// A short write happens when a disk has just become full. LMDB reports it as EIO, but no system
// call failed, so errno still tells it from a disk error. No library function clears errno.
StorageResult<void> WriteTransaction::commit() {
    errno = 0;
    MDB_txn* const txn = std::exchange(m_txn, nullptr);
    const int rc = m_environment->enter([&] { return mdb_txn_commit(txn); });
    const bool cutShort = rc == EIO && errno == 0;
    end();
    if (rc == MDB_SUCCESS) return {};
    return std::unexpected(m_environment->error("mdb_txn_commit", cutShort ? ENOSPC : rc));
}

StorageResult<Cursor> Cursor::open(const Transaction& transaction, Database database) {
    MDB_cursor* cursor = nullptr;
    if (transaction.m_writes) {
        const int rc = transaction.m_environment->enter(
            [&] { return mdb_cursor_open(transaction.m_txn, database.value(), &cursor); });
        if (rc != MDB_SUCCESS)
            return std::unexpected(transaction.m_environment->error("mdb_cursor_open", rc));
    }
    return Cursor(transaction, database, cursor);
}

Cursor::Cursor(Cursor&& other) noexcept
    : m_transaction(other.m_transaction),
      m_database(other.m_database),
      m_cursor(std::exchange(other.m_cursor, nullptr)),
      m_pages(other.m_pages),
      m_valid(other.m_valid),
      m_key(other.m_key),
      m_value(other.m_value) {}

Cursor::~Cursor() {
    if (m_cursor == nullptr) return;
    static_cast<void>(m_transaction->m_environment->enter([this] {
        mdb_cursor_close(m_cursor);
        return MDB_SUCCESS;
    }));
}

StorageResult<bool> Cursor::moveInPages(Move move, std::string_view key) {
    const bool isRead = guarded([&] {
        switch (move) {
            case Move::First:
                m_valid = m_pages->first();
                break;
            case Move::Last:
                m_valid = m_pages->last();
                break;
            case Move::LowerBound:
                m_valid = m_pages->lowerBound(key);
                break;
            case Move::Next:
                m_valid = m_pages->next();
                break;
            case Move::Previous:
                m_valid = m_pages->previous();
                break;
        }
    });
    const PageFault fault = isRead ? m_pages->fault() : kUnreadable;
    if (fault) {
        m_valid = false;
        return std::unexpected(m_transaction->m_environment->m_readPages->damaged(fault));
    }
    if (m_valid) {
        m_key = m_pages->key();
        m_value = m_pages->value();
    }
    return m_valid;
}

StorageResult<bool> Cursor::moveInLmdb(Move move, std::string_view key) {
    constexpr MDB_cursor_op kOperations[] = {MDB_FIRST, MDB_LAST, MDB_SET_RANGE, MDB_NEXT,
                                             MDB_PREV};
    const Environment& environment = *m_transaction->m_environment;
    if (move == Move::LowerBound) TRY(m_transaction->checkPathTo(m_database, key));
    MDB_val k = valueOf(key);
    MDB_val v{};
    const int rc = environment.enter(
        [&] { return mdb_cursor_get(m_cursor, &k, &v, kOperations[static_cast<int>(move)]); });
    m_valid = rc == MDB_SUCCESS;
    if (rc == MDB_NOTFOUND) return false;
    if (rc != MDB_SUCCESS) return std::unexpected(environment.error("mdb_cursor_get", rc));
    m_key = viewOf(k);
    m_value = viewOf(v);
    return true;
}

StorageResult<bool> Cursor::move(Move move, std::string_view key) {
    return m_cursor != nullptr ? moveInLmdb(move, key) : moveInPages(move, key);
}

StorageResult<bool> Cursor::first() {
    return move(Move::First);
}

StorageResult<bool> Cursor::last() {
    return move(Move::Last);
}

StorageResult<bool> Cursor::lowerBound(std::string_view key) {
    return move(Move::LowerBound, key);
}

StorageResult<bool> Cursor::next() {
    return move(Move::Next);
}

StorageResult<bool> Cursor::previous() {
    return move(Move::Previous);
}

StorageResult<void> Cursor::put(std::string_view key, std::string_view value) {
    const Environment& environment = *m_transaction->m_environment;
    TRY(m_transaction->checkPathTo(m_database, key));
    MDB_val k = valueOf(key);
    MDB_val v = valueOf(value);
    const int rc = environment.enter([&] { return mdb_cursor_put(m_cursor, &k, &v, 0); });
    if (rc != MDB_SUCCESS) return std::unexpected(environment.error("mdb_cursor_put", rc));
    return {};
}

StorageResult<void> Cursor::erase() {
    CHECK(m_valid);
    const Environment& environment = *m_transaction->m_environment;
    TRY(m_transaction->checkPathTo(m_database, m_key));
    const int rc = environment.enter([this] { return mdb_cursor_del(m_cursor, 0); });
    if (rc != MDB_SUCCESS) return std::unexpected(environment.error("mdb_cursor_del", rc));
    return {};
}

}  // namespace orrery::storage
