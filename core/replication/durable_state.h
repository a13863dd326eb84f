#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "core/replication/log_shape.h"

namespace orrery::replication {

// No stored term or position is greater. A stream's sequence numbers have 14 digits for a position.
inline constexpr Term kTermMax{std::uint64_t{1} << 56};
inline constexpr Lsn kLsnMax{99'999'999'999'999};

/// The state of a replica that survives the loss of its process or its power.
struct DurableState {
    Term term{};
    std::optional<ZoneIndex> vote;    ///< The vote of this replica in `term`.
    std::optional<ZoneIndex> leader;  ///< The leader of `term`, once known.
    LogShape log;
    Lsn commit{};
    /// False after a power loss until the replica has caught up once.
    bool caughtUp = true;
    Standing standing = Standing::Whole;
    /// The position at which a copy restarted the log. During the copy, nobody relies on later
    /// records. After it, this identifies a copied tree that never reached the disk.
    LogPosition copyBase{};

    bool operator==(const DurableState&) const = default;

    /// The initial state of all three replicas of a new group: `leader` is appointed for term 1. So
    /// no election is needed, and the cluster can spread leaders over the zones. Use it once per
    /// group, before its first record.
    static DurableState appoint(ZoneIndex leader);

    std::string encode() const;
    /// Nothing if `encode` cannot have written the bytes.
    static std::optional<DurableState> decode(std::string_view bytes);
};

}  // namespace orrery::replication
