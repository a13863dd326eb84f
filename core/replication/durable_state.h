#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/replication/log_shape.h"

namespace orrery::replication {

/// What a replica must find again after its process or its power was gone.
struct DurableState {
    Term term{};
    std::optional<ZoneIndex> vote;    ///< Whom this replica voted for in `term`.
    std::optional<ZoneIndex> leader;  ///< The leader of `term`, once known.
    LogShape log;
    Lsn commit{};
    /// False from the return after a loss of power until the first catch-up.
    bool caughtUp = true;
    Standing standing = Standing::Whole;
    /// Where the log began anew with a copy. While it is made, nobody counts on what came since;
    /// afterwards it tells a tree that never reached the disk.
    LogPosition copyBase{};

    bool operator==(const DurableState&) const = default;

    /// The state of all three replicas of a new group: `leader` leads term 1 by appointment, so
    /// that no election is needed and the cluster can spread leaders over the zones. Use it for a
    /// group once, before its first record.
    static DurableState appoint(ZoneIndex leader);

    std::string encode() const;
    /// Nothing if the bytes are not what `encode` writes.
    static std::optional<DurableState> decode(std::string_view bytes);
};

}  // namespace orrery::replication
