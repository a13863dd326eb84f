#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/key_tree.h"
#include "core/storage/medium.h"

namespace orrery::storage {

// The databases of log.mdb, by position in Environment::database. See lmdb_log.h for their format.
enum class LogDatabase : std::size_t {
    Records,
    States,
    TrimMarks,
    Values,
    ValuePaths,
    Dropped,
    Counters
};

inline std::vector<std::string> logDatabaseNames() {
    return {"records", "states", "trim_marks", "values", "value_paths", "dropped", "counters"};
}

inline Database databaseOf(const Environment& environment, LogDatabase which) {
    return environment.database(static_cast<std::size_t>(which));
}

inline constexpr char kDroppedGroup = 'g';
inline constexpr char kDroppedRange = 'r';

std::string recordKey(VolumeId volume, GroupId group, Lsn lsn);
std::string stateKey(GroupId group, VolumeId volume);
std::string groupKey(GroupId group);
std::string droppedKey(char kind, std::uint64_t number);

/// Decodes a sealed trim mark: records before it may be erased. Nothing if it is corrupt.
std::optional<Lsn> decodeTrimMark(std::string_view key, std::string_view bytes);
/// The same for a file in use.
StorageResult<Lsn> trimMarkFrom(const Environment& environment, std::string_view key,
                                std::string_view bytes);

/// Writes one batch in one transaction. Of each state and value it writes only the last. It writes
/// records by key, not by turn, since neighbours share pages.
class LogWriter {
public:
    LogWriter(WriteTransaction& transaction, const KeyTree& values)
        : m_transaction(transaction), m_values(values) {}

    StorageResult<void> write(LogBatch& batch);

private:
    StorageResult<void> noteTreeWritten(std::uint64_t generation);
    StorageResult<void> take(const Turn::Change& change);
    StorageResult<void> writeRecords();
    StorageResult<void> writeLatest();
    StorageResult<void> truncate(VolumeId volume, GroupId group, Lsn from);
    StorageResult<void> dropGroup(GroupId group);
    StorageResult<void> erasePrefix(LogDatabase which, const std::string& prefix);
    /// Erases at most `recordsLeft` records and subtracts their number. True once none is left.
    StorageResult<bool> reclaim(GroupId group, std::uint64_t& recordsLeft);
    /// Erases at most `recordsLeft` records and subtracts their number. True once none is left.
    StorageResult<bool> trim(const TrimStep& step, std::uint64_t& recordsLeft);
    Database database(LogDatabase which) const {
        return databaseOf(m_transaction.environment(), which);
    }

    WriteTransaction& m_transaction;
    const KeyTree& m_values;
    std::vector<std::pair<std::string, SharedBytes>> m_records;
    std::map<std::string, SharedBytes> m_states;
    std::map<std::string, std::string> m_trimMarks;
    std::map<std::string, SharedBytes> m_named;  ///< Null if the value is erased.
};

}  // namespace orrery::storage
