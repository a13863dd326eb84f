#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/table/version_head.h"

namespace orrery::table {

// The log record, version 2: see core/decisions/0002-log-record.md.

enum class RecordKind : std::uint8_t {
    NoOp = 0,
    Put = 1,
    Delete = 2,
    TransactionPrepare = 3,
    TransactionCommit = 4,
    TransactionCancel = 5,
    Configuration = 6,
    IndexPut = 7,
    IndexDelete = 8,
    Expiry = 9,            ///< Changes only an item's entry in the index by expiry.
    ForgetTombstone = 10,  ///< Erases a tombstone.
};

enum class Cause : std::uint8_t { Client = 0, TimeToLive = 1, Replication = 2, Restore = 3 };

/// Size and checksum of the item that a record replaces.
struct OldItem {
    std::uint32_t itemBytes = 0;
    std::uint64_t checksum = 0;
    bool operator==(const OldItem&) const = default;
};

/// The record from which this one was derived: of the table, for an index; of another Region's
/// replica, for a replicated write.
struct RecordSource {
    GroupId group{};
    Lsn lsn{};
    bool operator==(const RecordSource&) const = default;
};

/// The version of the item that a write replaced.
struct BaseVersion {
    CalendarTime stamp;
    std::string origin;  ///< The Region that wrote it. Empty: this one.
    bool operator==(const BaseVersion&) const = default;
};

/// A replicated write replaces a version with another head of this Region, so writes of its clients
/// are lost, or come back. Which, the ledger of conflicts knows (cluster/global/lost_runs.h).
struct LostWrites {
    CalendarTime after;            ///< The head of the replicated write.
    CalendarTime last;             ///< The head of the version that goes.
    std::uint64_t lastNumber = 0;  ///< VersionHead::number of the last one.
    std::uint64_t count = 0;       ///< By the numbers of both heads, as if they were on one line.
    /// The version of the item that goes, and the Region that wrote it, in its place or after them.
    CalendarTime version;
    std::string origin;
    bool operator==(const LostWrites&) const = default;
};

/// What a transaction does to one item.
enum class TransactionAction : std::uint8_t { Put = 0, Delete = 1, Check = 2 };

/// The size of the item collection after a record, as computed by the leader.
struct CollectionSize {
    std::uint64_t bytes = 0;  ///< Items and entries of local indexes.
    /// No size was stored before: version 1 wrote the collection, and the leader counted it.
    bool isFirst = false;
    bool operator==(const CollectionSize&) const = default;
};

struct LogRecord {
    RecordKind kind = RecordKind::NoOp;
    Cause cause = Cause::Client;
    KeySpaceId space{};
    std::string key;  ///< The whole storage key.
    CalendarTime committedAt;
    /// The write's own time. Absent: the commit timestamp.
    std::optional<CalendarTime> stamp;
    std::string originRegion;  ///< Empty: this one.
    std::string transactionId;
    /// Absent: there was no item. For a prepare: the prepared image that it replaces.
    std::optional<OldItem> oldItem;
    std::uint32_t newItemBytes = 0;
    /// Encoded items (types/item_codec.h).
    std::optional<std::string> newImage;
    std::optional<std::string> oldImage;
    std::optional<RecordSource> source;
    std::optional<BaseVersion> base;
    std::optional<TransactionAction> action;  ///< For the records of a transaction.
    GroupId ledger{};                         ///< The ledger that decides the transaction; 0: none.
    std::optional<CollectionSize> collection;
    /// The entries of the item that the index by expiry loses and gets (expiry.h).
    std::optional<std::int64_t> oldExpiry;
    std::optional<std::int64_t> newExpiry;

    // For global tables.
    /// The write's place in the order of versions over all Regions: of two, the later wins.
    std::optional<CalendarTime> version;
    VersionHeads heads;
    /// A tombstone is stored for the key; the record erases or replaces it.
    bool hasTombstone = false;
    /// When the write was committed in its own Region.
    std::optional<CalendarTime> originCommittedAt;
    std::optional<LostWrites> lost;

    bool operator==(const LogRecord&) const = default;
};

/// Whether the record puts or deletes an item of a table, by itself or as the commit of a
/// transaction. Indexes and streams pass over all others.
bool changesItem(const LogRecord& record);

/// Always version 2.
std::string encodeRecord(const LogRecord& record);

/// True if the checksum of an encoded record is right.
bool isWholeRecord(std::string_view bytes);

/// Reads both versions. Returns nothing if the bytes are corrupt or of a later version.
std::optional<LogRecord> decodeRecord(std::string_view bytes);

}  // namespace orrery::table
