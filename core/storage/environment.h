#pragma once

#include <atomic>
#include <csignal>
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

// LMDB ends here: nothing outside environment.cpp and transaction.cpp calls it. Views that are read
// point into the map and die with their transaction.

/// One of the sorted tables of an environment.
using Database = NamedType<unsigned int, struct DatabaseTag>;

/// Keys longer than this are refused by LMDB.
inline constexpr std::size_t kKeyBytesMax = 511;

class WriteTransaction;
class Environment;

/// Lets one thread at a time through. LMDB has such a lock itself, but a call that ended in a fault
/// keeps it for ever, and whoever waits for it then waits for ever; this one is always given back.
class WriteLock {
public:
    WriteLock();
    ~WriteLock();
    WriteLock(const WriteLock&) = delete;
    WriteLock& operator=(const WriteLock&) = delete;

    /// Waits until it is free.
    void take();
    void giveBack();

private:
    const int m_descriptor;  ///< Of an event that counts to 1.
};

/// What an environment is opened with.
struct EnvironmentPlan {
    std::filesystem::path file;
    /// Address space to reserve, halved as long as that is refused.
    std::uint64_t mapBytes = 0;
    std::vector<std::string> databases;
    /// Null: the file and its databases must be there. Otherwise both are made, and this writes
    /// into the transaction that makes them.
    std::function<StorageResult<void>(const Environment&, WriteTransaction&)> whenMade = nullptr;
};

/// One file of LMDB with its databases. Opened, grown and destroyed by its owner's thread.
///
/// LMDB believes its files, so it only ever writes here, and only on pages that page_tree.h has
/// checked; what is read is read by page_tree.h. Each call of LMDB runs under a guard (guard.h). A
/// fault in one poisons the environment: it is never entered again, and all it is asked for is an
/// error.
class Environment {
public:
    static StorageResult<std::unique_ptr<Environment>> open(const EnvironmentPlan& plan);
    ~Environment();
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

    /// In the order in which they were named.
    Database database(std::size_t position) const { return m_databases[position]; }

    /// Doubles the map. No transaction may be open. Where that is refused, the map is as before.
    StorageResult<void> grow();
    std::uint64_t mapBytes() const { return m_mapBytes; }
    std::uint64_t fileBytes() const;
    const std::filesystem::path& file() const { return m_file; }

    StorageError error(const char* call, int code) const;
    /// "The file X is damaged (what); …".
    StorageError damaged(const std::string& what) const;

private:
    friend class Transaction;
    friend class ReadTransaction;
    friend class WriteTransaction;
    friend class Cursor;

    Environment(const EnvironmentPlan& plan, std::uint64_t mapBytes)
        : m_file(plan.file), m_names(plan.databases), m_mapBytes(mapBytes) {}

    StorageResult<void> checkFile();
    StorageResult<void> reserveLockFile() const;
    StorageResult<void> openMap();
    StorageResult<void> openPages();
    StorageResult<void> openDatabases(const EnvironmentPlan& plan);
    StorageResult<void> findDatabases();
    StorageResult<void> mayEnter() const;
    StorageError poisoned() const;
    /// Runs a call of LMDB: its code, or kFault after one that ended in a fault.
    template <typename Call>
    int enter(Call&& call) const;
    std::size_t positionOf(Database database) const;

    const std::filesystem::path m_file;
    const std::vector<std::string> m_names;
    WriteLock m_writeLock;
    std::uint64_t m_mapBytes;
    MDB_env* m_env = nullptr;
    MDB_txn* m_spareReader = nullptr;       ///< Ended, to be renewed: cheaper than a new one.
    std::atomic<bool> m_mapIsLost = false;  ///< Growing it failed; nothing works any more.
    mutable volatile std::sig_atomic_t m_isPoisoned = 0;  ///< Set by any thread that met a fault.
    std::vector<Database> m_databases;
    std::unique_ptr<PageFile> m_readPages;    ///< The owner's.
    std::unique_ptr<PageFile> m_workerPages;  ///< The reading worker's.
    std::unique_ptr<PageFile> m_writePages;   ///< Of whoever has the write transaction.
    bool m_hasCheckedFree = false;            ///< Likewise: the list of free pages is sound.
};

/// What reading and writing transactions have in common.
class Transaction {
public:
    /// The value of `key`, or nothing. Valid until the transaction ends or writes.
    StorageResult<std::optional<std::string_view>> get(Database database,
                                                       std::string_view key) const;
    /// The same; where there is no such key, what stands on both sides. In a read transaction only.
    StorageResult<std::optional<std::string_view>> get(Database database, std::string_view key,
                                                       PageNeighbours& neighbours) const;
    /// How many keys the database has.
    StorageResult<std::uint64_t> entryCount(Database database) const;

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
    StorageResult<void> checkWayTo(Database database, std::string_view key) const;

    Environment* m_environment;
    MDB_txn* m_txn;
    /// The pages that are read; of a write transaction those that it began with.
    PageFile::ViewPtr m_view;
    bool m_writes = false;
};

/// Who reads: each has pages of its own. There is one worker at a time.
enum class Reader { Owner, Worker };

/// A consistent view of an environment. Begun on the thread of the environment's owner, or of the
/// one worker that reads. Keep it short: while it lives, LMDB cannot reuse freed pages and the file
/// grows.
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

/// A change of an environment that happens whole, at `commit`, or not at all. Any thread, but one
/// at a time: a second waits for the first.
class WriteTransaction : public Transaction {
public:
    static StorageResult<WriteTransaction> begin(Environment& environment);
    WriteTransaction(WriteTransaction&& other) noexcept;
    WriteTransaction& operator=(WriteTransaction&&) = delete;
    /// Undoes what was not committed.
    ~WriteTransaction();

    StorageResult<void> put(Database database, std::string_view key, std::string_view value);
    /// False if there is no such key.
    StorageResult<bool> erase(Database database, std::string_view key);
    /// Returns once it is on disk. Cursors must be gone. Whatever it returns, the transaction ends.
    StorageResult<void> commit();

private:
    using Transaction::Transaction;
    void end();

    bool m_hasLock = false;
};

/// A position in a database. It must not outlive its transaction. A walk that meets a page that
/// cannot be read, or keys out of order, fails.
class Cursor {
public:
    static StorageResult<Cursor> open(const Transaction& transaction, Database database);
    Cursor(Cursor&& other) noexcept;
    Cursor& operator=(Cursor&&) = delete;
    ~Cursor();

    // Each moves, and says whether there is a key.
    StorageResult<bool> first();
    StorageResult<bool> last();
    StorageResult<bool> lowerBound(std::string_view key);
    StorageResult<bool> next();
    StorageResult<bool> previous();

    /// Writes a key near the last one faster than WriteTransaction::put.
    StorageResult<void> put(std::string_view key, std::string_view value);
    /// Erases the key at this position; `next` then moves to the one that followed.
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
    MDB_cursor* m_cursor;               ///< In a write transaction,
    std::optional<PageCursor> m_pages;  ///< in a read transaction.
    bool m_valid = false;
    std::string_view m_key;
    std::string_view m_value;
};

}  // namespace orrery::storage
