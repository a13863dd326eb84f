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

/// What a record changes in a tree. The same for every replica of the group, so it is made once and
/// shared.
struct AppliedRecord {
    std::vector<storage::TreeChange> changes;
    std::int64_t itemCountDelta = 0;
    std::int64_t itemBytesDelta = 0;
    std::uint64_t checksumDelta = 0;  ///< Added modulo 2^64.
    std::uint64_t deletedStamp = 0;   ///< Version stamp of a deletion, otherwise 0.
    CalendarTime committedAt;
};

/// What applying needs to know of a group: whose records they are, the keys of its table, and its
/// local indexes, whose entries live and apply with the item.
struct ApplySchema {
    GroupId group{};
    types::KeySchema keys;
    std::vector<IndexDefinition> localIndexes;
};

/// What a record does to the entry of its item in one local index.
struct LocalIndexChange {
    std::optional<IndexEntry> before;
    std::optional<IndexEntry> after;
};
/// For each local index of a schema, in its order; empty for records that no local index follows.
using LocalIndexChanges = std::vector<LocalIndexChange>;

LocalIndexChanges localIndexChanges(const LogRecord& record, const ApplySchema& schema);

/// By how many bytes a record changes the size of its item collection.
std::int64_t collectionDelta(const LogRecord& record, const LocalIndexChanges& localIndexes);

/// The effect of `record` at `lsn`. Depends on nothing but its arguments.
AppliedRecord applyRecord(const LogRecord& record, Lsn lsn, const ApplySchema& schema);
/// The same for a caller that knows the changes of the local indexes already.
AppliedRecord applyRecord(const LogRecord& record, Lsn lsn, const ApplySchema& schema,
                          const LocalIndexChanges& localIndexes);

/// Moves `mark` over `applied`, which is the record at `lsn`.
void advance(storage::TreeMark& mark, const AppliedRecord& applied, Lsn lsn);

/// Where the group of an index keeps how far it has taken the records of `base`: a private key,
/// written with each index record.
std::string sourceCursorKey(GroupId indexGroup, GroupId base);

/// Reads back the cursor that is stored under `cursorKey`. 0 from null bytes; nothing if they are
/// damaged.
std::optional<Lsn> sourceCursor(std::string_view cursorKey, const SharedBytes& stored);

/// Whether what a tree has under `key`, an item, an entry or a private key, is what was stored
/// there.
bool isWhole(std::string_view key, std::string_view stored);

}  // namespace orrery::table
