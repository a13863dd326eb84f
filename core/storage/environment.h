#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/named_type.h"
#include "core/storage/page_file.h"
#include "core/storage/store.h"

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

namespace orrery::storage {

// The only header above LMDB: only environment.cpp and transaction.cpp call it. Views read here
// point into the map and die with their transaction.

/// One of the sorted tables of an environment.
using Database = NamedType<unsigned int, struct DatabaseTag>;

/// LMDB refuses longer keys.
inline constexpr std::size_t kKeyBytesMax = 511;

class WriteTransaction;
class Environment;

/// A mutex between threads. LMDB has its own, but a call that ends in a fault never releases that
/// one, and later callers would wait forever; this lock is always released.
class WriteLock {
public:
    WriteLock();
    ~WriteLock();
    WriteLock(const WriteLock&) = delete;
    WriteLock& operator=(const WriteLock&) = delete;

    /// Waits until the lock is free.
    void acquire();
    void release();

private:
    const int m_descriptor;  ///< An eventfd that counts to 1.
};

/// How to open an environment.
struct EnvironmentPlan {
    std::filesystem::path file;
    /// Address space to reserve, halved until the system grants it.
    std::uint64_t mapBytes = 0;
    std::vector<std::string> databases;
    /// If null, the file and its databases must exist. Otherwise both are created, and this
    /// function writes into the transaction that creates them.
    std::function<StorageResult<void>(const Environment&, WriteTransaction&)> onCreate = nullptr;
    /// Opens a file that this process cannot write to. No other process may write to it.
    bool isReadOnly = false;
};

/// One LMDB file with its databases. Its owner's thread opens, grows and destroys it.
///
/// LMDB trusts its files, so it only writes here, and only to pages that page_tree.h has checked;
/// page_tree.h does all reading. Each LMDB call runs under a guard (guard.h). A fault poisons the
/// environment: from then on, every call returns an error without entering LMDB.
class Environment {
public:
    static StorageResult<std::unique_ptr<Environment>> open(const EnvironmentPlan& plan);
    ~Environment();
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

    /// By position in EnvironmentPlan::databases.
    Database database(std::size_t position) const { return m_databases[position]; }

    /// Doubles the map. No transaction may be open. On failure the map is as before.
    StorageResult<void> grow();
    std::uint64_t mapBytes() const { return m_mapBytes; }
    std::uint64_t fileBytes() const;
    /// What free disk space and the limit on file sizes let the file grow by. A quota is not known.
    std::uint64_t growthBytes() const;
    const std::filesystem::path& file() const { return m_file; }

    /// Fails if the path no longer leads to the open file: what is written there is lost. Any
    /// thread.
    StorageResult<void> checkInPlace() const;

    StorageError error(const char* call, int code) const;
    /// "The file X is corrupt (what); …".
    StorageError damaged(const std::string& what) const;

private:
    friend class Transaction;
    friend class ReadTransaction;
    friend class WriteTransaction;
    friend class Cursor;

    Environment(const EnvironmentPlan& plan, std::uint64_t mapBytes)
        : m_file(plan.file),
          m_names(plan.databases),
          m_isReadOnly(plan.isReadOnly),
          m_mapBytes(mapBytes) {}

    StorageResult<void> checkFile();
    StorageResult<void> reserveLockFile() const;
    StorageResult<void> openMap();
    StorageResult<void> openPages();
    StorageResult<void> openDatabases(const EnvironmentPlan& plan);
    StorageResult<void> findDatabases();
    StorageResult<void> mayEnter() const;
    StorageError poisoned() const;
    /// Runs an LMDB call. Returns its code, or kFault if this call or an earlier one ended in a
    /// fault.
    template <typename Call>
    int enter(Call&& call) const;
    std::size_t positionOf(Database database) const;

    const std::filesystem::path m_file;
    const std::vector<std::string> m_names;
    const bool m_isReadOnly;
    WriteLock m_writeLock;
    std::uint64_t m_mapBytes;
    MDB_env* m_env = nullptr;
    MDB_txn* m_spareReader = nullptr;  ///< Reset; renewing it is cheaper than beginning a new one.
    /// 1 once growing the map failed; every call fails from then on.
    std::atomic<int> m_mapIsLost = 0;
    mutable std::atomic<int> m_isPoisoned = 0;  ///< Set by any thread whose call faulted.
    std::vector<Database> m_databases;
    std::unique_ptr<PageFile> m_readPages;    ///< For the owner's reads.
    std::unique_ptr<PageFile> m_workerPages;  ///< For the worker's reads.
    std::unique_ptr<PageFile> m_writePages;   ///< For the holder of the write transaction.
    bool m_hasCheckedFree = false;            ///< Likewise: the free list has been checked.
};

/// The common part of read and write transactions.
class Transaction {
public:
    /// The value of `key`, or nothing. Valid until the transaction ends or writes.
    StorageResult<std::optional<std::string_view>> get(Database database,
                                                       std::string_view key) const;
    /// The same. If the key is absent, also finds the entries on both sides. Read transactions
    /// only.
    StorageResult<std::optional<std::string_view>> get(Database database, std::string_view key,
                                                       PageNeighbours& neighbours) const;
    /// The number of keys in the database.
    StorageResult<std::uint64_t> entryCount(Database database) const;
    /// The size of the file's unused pages when the transaction began.
    std::uint64_t unusedBytes() const;

    const Environment& environment() const { return *m_environment; }

protected:
    friend class Cursor;
    friend class Environment;
    Transaction(Environment& environment, MDB_txn* txn, PageFile::ViewPtr view)
        : m_environment(&environment), m_txn(txn), m_view(std::move(view)) {}
    ~Transaction() = default;

    const PageTree& tree(Database database) const;
    StorageResult<std::optional<std::string_view>> read(Database database,
                                                        std::string_view key) const;
    StorageResult<void> checkPathTo(Database database, std::string_view key) const;

    Environment* m_environment;
    MDB_txn* m_txn;
    /// The pages to read; in a write transaction, those that it began with.
    PageFile::ViewPtr m_view;
    bool m_writes = false;

private:
    /// In a write transaction: the database whose path was checked last, and where its cursor is.
    struct CheckedPath {
        Database database;
        PageCursor cursor;
    };
    mutable std::optional<CheckedPath> m_checkedPath;
};

/// A consistent view of an environment. Begin it on the owner's thread or on the one reading
/// worker. Keep it short: LMDB cannot reuse freed pages while it is open, so the file grows.
class ReadTransaction : public Transaction {
public:
    static StorageResult<ReadTransaction> begin(Environment& environment,
                                                Reader reader = Reader::Owner);
    ReadTransaction(ReadTransaction&& other) noexcept;
    ReadTransaction& operator=(ReadTransaction&&) = delete;
    ~ReadTransaction();

private:
    using Transaction::Transaction;
    static StorageResult<MDB_txn*> beginTxn(Environment& environment, Reader reader);

    Reader m_reader = Reader::Owner;
};

/// An atomic change of an environment: it happens at `commit` or not at all. Any thread may begin
/// one; a second one waits for the first.
class WriteTransaction : public Transaction {
public:
    static StorageResult<WriteTransaction> begin(Environment& environment);
    WriteTransaction(WriteTransaction&& other) noexcept;
    WriteTransaction& operator=(WriteTransaction&&) = delete;
    /// Aborts unless committed.
    ~WriteTransaction();

    StorageResult<void> put(Database database, std::string_view key, std::string_view value);
    /// False if the key is absent.
    StorageResult<bool> erase(Database database, std::string_view key);
    /// How many pages the transaction may write: few if there is little room, since LMDB reuses the
    /// old version of a page only after the next commits.
    std::uint64_t pagesMax() const;
    /// Returns once the change is on disk. Close all cursors first. The transaction ends even on
    /// error.
    StorageResult<void> commit();

private:
    using Transaction::Transaction;
    void end();

    bool m_hasLock = false;
};

/// A position in a database. It must not outlive its transaction. It fails on an unreadable page
/// and on keys that are out of order.
class Cursor {
public:
    static StorageResult<Cursor> open(const Transaction& transaction, Database database);
    Cursor(Cursor&& other) noexcept;
    Cursor& operator=(Cursor&&) = delete;
    ~Cursor();

    // Each moves and returns true if there is a key.
    StorageResult<bool> first();
    StorageResult<bool> last();
    StorageResult<bool> lowerBound(std::string_view key);
    StorageResult<bool> next();
    StorageResult<bool> previous();

    /// Writes a key close to the last one; faster than WriteTransaction::put.
    StorageResult<void> put(std::string_view key, std::string_view value);
    /// Erases the current key; `next` then moves to its successor.
    StorageResult<void> erase();

    bool valid() const { return m_valid; }
    std::string_view key() const { return m_key; }
    std::string_view value() const { return m_value; }

private:
    enum class Move { First, Last, LowerBound, Next, Previous };

    Cursor(const Transaction& transaction, Database database, MDB_cursor* cursor)
        : m_transaction(&transaction), m_database(database), m_cursor(cursor) {
        if (cursor == nullptr)
            m_pages.emplace(transaction.m_view->pages, transaction.tree(database));
    }
    StorageResult<bool> move(Move move, std::string_view key = {});
    StorageResult<bool> moveInPages(Move move, std::string_view key);
    StorageResult<bool> moveInLmdb(Move move, std::string_view key);

    const Transaction* m_transaction;
    Database m_database;
    MDB_cursor* m_cursor;               ///< In a write transaction.
    std::optional<PageCursor> m_pages;  ///< In a read transaction.
    bool m_valid = false;
    std::string_view m_key;
    std::string_view m_value;
};

}  // namespace orrery::storage
