#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/ids.h"
#include "core/base/time.h"

namespace orrery::table {

// The log record, version 1: see core/decisions/0002-log-record.md.

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
};

enum class Cause : std::uint8_t { Client = 0, TimeToLive = 1, Replication = 2, Restore = 3 };

/// Size and checksum of an item that a record replaces.
struct OldItem {
    std::uint32_t itemBytes = 0;
    std::uint64_t checksum = 0;
    bool operator==(const OldItem&) const = default;
};

/// The base record that an index record follows from.
struct RecordSource {
    GroupId group{};
    Lsn lsn{};
    bool operator==(const RecordSource&) const = default;
};

struct LogRecord {
    RecordKind kind = RecordKind::NoOp;
    Cause cause = Cause::Client;
    KeySpaceId space{};
    std::string key;  ///< Storage key, whole.
    CalendarTime committedAt;
    /// The write's own time; the commit timestamp if it is not set.
    std::optional<CalendarTime> stamp;
    std::string originRegion;  ///< Empty: this one.
    std::string transactionId;
    std::optional<OldItem> oldItem;  ///< Absent: there was none.
    std::uint32_t newItemBytes = 0;
    /// Encoded items (types/item_codec.h).
    std::optional<std::string> newImage;
    std::optional<std::string> oldImage;
    std::optional<RecordSource> source;

    bool operator==(const LogRecord&) const = default;
};

std::string encodeRecord(const LogRecord& record);

/// Nothing if the bytes are damaged or of a later version.
std::optional<LogRecord> decodeRecord(std::string_view bytes);

}  // namespace orrery::table
