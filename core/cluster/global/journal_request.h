#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/cluster/kernel/events.h"
#include "core/table/log_record.h"

namespace orrery::cluster {

/// Which version of an item a Region has, or that it has none.
struct KnownVersion {
    CalendarTime at;
    std::string region;  ///< That wrote it.
    bool operator==(const KnownVersion&) const = default;
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
    ZoneIndex sender{};  ///< The zone of its leader, which gets the answer.

    // Of a Propose and a Check.
    std::string key;                   ///< In the key space of the journal.
    std::optional<KnownVersion> base;  ///< Of the item or its tombstone; absent: there is neither.
    /// Of a Propose: the put or delete, with its version, its heads and the name of the Region.
    table::LogRecord record;
};

}  // namespace orrery::cluster
