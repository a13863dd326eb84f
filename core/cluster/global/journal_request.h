#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/replication/replication_types.h"
#include "core/table/log_record.h"

namespace orrery::cluster {

/// Which version of an item a Region has, or that it has none.
struct KnownVersion {
    CalendarTime at;
    std::string region;  ///< That wrote it.
    bool operator==(const KnownVersion&) const = default;
};

/// Identifies a request, however often it is sent.
struct JournalRequestId {
    GroupId partition{};
    replication::Term term{};  ///< Of the partition's leader.
    std::uint64_t number = 0;
    auto operator<=>(const JournalRequestId&) const = default;
};

/// What the leader of a partition of a strong global table asks the leader of the partition's
/// journal. Immutable and shared.
struct JournalRequest {
    enum class Kind : std::uint8_t {
        Propose,  ///< Commit this write, if the item is as the sender knows it.
        Check,    ///< Is the item as the sender knows it?
        Fence,    ///< Answer once the sender's Region has everything committed by now.
    };

    Kind kind{};
    JournalRequestId id;
    RegionId region{};   ///< That of the partition.
    KeySpaceId table{};  ///< The same.

    // Of a Propose and a Check.
    std::string key;                   ///< In the key space of the journal.
    std::optional<KnownVersion> base;  ///< Of the item or its tombstone; absent: there is neither.
    /// Of a Propose: the put or delete, with its version, its heads and the name of the Region.
    table::LogRecord record;
};

enum class JournalOutcome : std::uint8_t {
    Done,       ///< The write is committed; the item is as the sender knows it; the fence is open.
    Conflict,   ///< A write of another Region, which was being committed, came before.
    Stale,      ///< The item has a newer version than the sender knows.
    NotLeader,  ///< Nothing was done.
    Unknown,    ///< The write was taken or not; nobody can tell.
    Failed,     ///< Corrupt data is in the way, or there is no room. Nothing was done.
};

}  // namespace orrery::cluster
