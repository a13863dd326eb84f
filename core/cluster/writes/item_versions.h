#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/cluster/kernel/world_state.h"
#include "core/table/log_record.h"
#include "core/table/stored_item.h"
#include "core/table/version_head.h"

namespace orrery::cluster {

/// The head of a Region; null if it has none.
const table::VersionHead* findHead(const table::VersionHeads& heads, std::string_view region);

/// A version of an item of a global table: of two, `isBefore` says which one the other replaces,
/// whatever came first.
struct ItemVersion {
    CalendarTime at;     ///< By the clock of the Region that wrote it.
    std::string region;  ///< That Region.
    table::VersionHeads heads;

    bool isBefore(const ItemVersion& other) const {
        return at != other.at ? at < other.at : region < other.region;
    }
    /// The newest write of a Region among its ancestors; null if there is none.
    const table::VersionHead* headOf(std::string_view region) const;
};

/// The version in the header of an item or of a tombstone that a replica in `region` stores.
ItemVersion versionOf(const table::StoredHeader& header, const std::string& region);

/// The version of what the leader in `zone` has under `storageKey` in its latest state: of the
/// item, or of the tombstone that it left. `version` is empty if there is neither.
struct LatestVersion {
    std::optional<ItemVersion> version;
    /// A tombstone is stored: there is no item, or clients put it while the table was not global.
    bool hasTombstone = false;
    Lsn lsn{};  ///< The record in the tail of the log that wrote it; 0: none.
};
storage::StorageResult<LatestVersion> latestVersion(const WorldState& world, const Group& group,
                                                    ZoneIndex zone, std::string_view storageKey);

/// Gives `record` the version, the ancestors and the origin of a write that was made elsewhere.
void takeVersion(const table::LogRecord& write, table::LogRecord& record);

/// Gives a record its version, if it changes an item of a global table. A replicated write has one
/// already. Called for every record before the leader in `zone` proposes it, so that no way of
/// writing forgets it. Reports corrupt data to the world.
void noteVersion(WorldState& world, const Group& group, ZoneIndex zone, table::LogRecord& record);

}  // namespace orrery::cluster
