#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/named_type.h"
#include "core/storage/store.h"

struct MDB_env;
struct MDB_txn;
struct MDB_cursor;

namespace orrery::storage {

// LMDB ends here: nothing outside environment.cpp calls it. Views that are read point into the map
// and die with their transaction.

/// One of the sorted tables of an environment.
using Database = NamedType<unsigned int, struct DatabaseTag>;

/// Keys longer than this are refused by LMDB.
inline constexpr std::size_t kKeyBytesMax = 511;

/// One file of LMDB with its databases. Opened, grown and destroyed by its owner's thread.
class Environment {
public:
    /// Opens `file`, made where it is missing, with the databases named. Reserves `mapBytes` of
    /// address space, halved as long as that is refused.
    static StorageResult<std::unique_ptr<Environment>> open(
        const std::filesystem::path& file, std::uint64_t mapBytes,
        std::initializer_list<const char*> databases);
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

private:
    friend class ReadTransaction;
    friend class WriteTransaction;

    Environment(std::filesystem::path file, std::uint64_t mapBytes)
        : m_file(std::move(file)), m_mapBytes(mapBytes) {}

    StorageResult<void> openMap();
    StorageResult<void> openDatabases(std::initializer_list<const char*> names);

    const std::filesystem::path m_file;
    std::uint64_t m_mapBytes;
    MDB_env* m_env = nullptr;
    MDB_txn* m_spareReader = nullptr;  ///< Ended, to be renewed: cheaper than a new one.
    bool m_mapIsLost = false;          ///< It could not be mapped again; nothing works any more.
    std::vector<Database> m_databases;
};

/// What reading and writing transactions have in common.
class Transaction {
public:
    /// The value of `key`, or nothing. Valid until the transaction ends or writes.
    StorageResult<std::optional<std::string_view>> get(Database database,
                                                       std::string_view key) const;
    /// How many keys the database has.
    StorageResult<std::uint64_t> entryCount(Database database) const;

    const Environment& environment() const { return *m_environment; }

protected:
    friend class Cursor;
    friend class Environment;
    Transaction(Environment& environment, MDB_txn* txn) : m_environment(&environment), m_txn(txn) {}
    ~Transaction() = default;

    Environment* m_environment;
    MDB_txn* m_txn;
};

/// A consistent view of an environment. Begun on the thread of the environment's owner only. Keep
/// it short: while it lives, LMDB cannot reuse freed pages and the file grows.
class ReadTransaction : public Transaction {
public:
    static StorageResult<ReadTransaction> begin(Environment& environment);
    ReadTransaction(ReadTransaction&& other) noexcept;
    ReadTransaction& operator=(ReadTransaction&&) = delete;
    ~ReadTransaction();

private:
    using Transaction::Transaction;
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
};

/// A position in a database. It must not outlive its transaction.
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
    Cursor(const Environment& environment, MDB_cursor* cursor)
        : m_environment(&environment), m_cursor(cursor) {}
    StorageResult<bool> move(int operation, std::string_view key = {});

    const Environment* m_environment;
    MDB_cursor* m_cursor;
    bool m_valid = false;
    std::string_view m_key;
    std::string_view m_value;
};

}  // namespace orrery::storage
