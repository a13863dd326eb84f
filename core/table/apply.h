#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/storage/store.h"
#include "core/table/index_entry.h"
#include "core/table/log_record.h"

namespace orrery::table {

// What one replica does with one committed record.

/// The changes that a record makes in a tree. They are the same for every replica of the group, so
/// they are computed once and shared.
struct AppliedRecord {
    std::vector<storage::TreeChange> changes;
    std::int64_t itemCountDelta = 0;
    std::int64_t itemBytesDelta = 0;
    std::uint64_t checksumDelta = 0;  ///< Added modulo 2^64.
    std::uint64_t deletedStamp = 0;   ///< Version stamp of a deletion, otherwise 0.
    /// How the entries of each local index change; empty for records that affect no local index.
    std::vector<storage::EntryCounts> localIndexDeltas;
    CalendarTime committedAt;
};

/// What applying needs to know about a group: whose records they are, the keys of its table, and
/// its local indexes, whose entries live and change with the item.
struct ApplySchema {
    GroupId group{};
    types::KeySchema keys;
    std::vector<IndexDefinition> localIndexes;
};

/// The change of an item's entry in one local index.
struct LocalIndexChange {
    std::optional<IndexEntry> before;
    std::optional<IndexEntry> after;
};
/// One per local index of a schema, in its order; empty for records that affect no local index.
using LocalIndexChanges = std::vector<LocalIndexChange>;

LocalIndexChanges localIndexChanges(const LogRecord& record, const ApplySchema& schema);

/// The number of bytes by which a record changes the size of its item collection.
std::int64_t collectionDelta(const LogRecord& record, const LocalIndexChanges& localIndexes);

/// The effect of `record` at `lsn`. A pure function of its arguments.
AppliedRecord applyRecord(const LogRecord& record, Lsn lsn, const ApplySchema& schema);
/// The same, for a caller that already knows the changes of the local indexes.
AppliedRecord applyRecord(const LogRecord& record, Lsn lsn, const ApplySchema& schema,
                          const LocalIndexChanges& localIndexes);

/// Advances `mark` over `applied`, the record at `lsn`.
void advance(storage::TreeMark& mark, const AppliedRecord& applied, Lsn lsn);

/// The private key under which the group of an index stores how far it has taken the records of
/// `base`. Each index record writes it.
std::string sourceCursorKey(GroupId indexGroup, GroupId base);

/// Decodes the cursor stored under `cursorKey`. Returns 0 for null bytes and nothing if they are
/// corrupt.
std::optional<Lsn> sourceCursor(std::string_view cursorKey, const SharedBytes& stored);

/// Whether what a tree has under `key`, an item, an entry or a private key, is what was stored
/// there.
bool isWhole(std::string_view key, std::string_view stored);

}  // namespace orrery::table
