#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/base/named_type.h"
#include "core/base/time.h"
#include "core/cluster/catalog/request.h"
#include "core/cluster/global/conflict.h"
#include "core/storage/store.h"
#include "core/table/version_head.h"
#include "core/types/attribute_value.h"

namespace orrery::cluster {

// A look: a control input that reads the applied state of a named replica at the present instant,
// even while the clock is paused.

/// The error of a look, in one sentence: no such table, zone or key.
template <typename T>
using LookResult = std::expected<T, std::string>;

struct ItemsLookRequest {
    std::string region;
    std::string table;
    std::string index;  ///< Empty: the table.
    ZoneIndex zone{};
    /// The start of the rows: a storage key from an earlier look (exclusive), or a fraction of the
    /// key space in units of 2^-32. `after` takes precedence if it is not empty.
    std::string after;
    std::uint64_t at = 0;
    std::uint32_t limit = 100;
    bool backward = false;
    /// See base/account_id.h. Empty: the first account that has the table.
    std::string accountId{};
};

struct ItemsLook {
    struct Row {
        std::string storageKey;
        ItemView item;
        std::uint32_t position = 0;  ///< In the key space, in units of 2^-32.
    };
    std::vector<Row> rows;
    bool more = false;
};

struct ItemLookRequest {
    std::string region;
    std::string table;
    types::Item key;
    std::string accountId{};  ///< As above.
};

/// One item in every zone.
struct ItemLook {
    /// What replicas of a global table compare: of two, the one with the later time and then the
    /// greater Region wins.
    struct Header {
        CalendarTime version;       ///< By the clock of the Region that wrote it.
        std::string origin;         ///< That Region.
        table::VersionHeads heads;  ///< The newest write of each Region among its ancestors.
        bool isTombstone = false;   ///< Of a deletion.
    };
    struct Version {
        ZoneIndex zone{};
        bool leader = false;
        bool up = true;
        ItemView item;  ///< Null: the item does not exist.
        Lsn itemLsn{};  ///< The record that wrote it; 0 if it does not exist.
        Lsn applied{};  ///< The applied LSN of this replica.
        std::uint64_t behindRecords = 0;
        Duration behind{};
        /// For a replica of a global table: of the item or of its tombstone, if there is either.
        std::optional<Header> header;
    };
    std::array<Version, kZonesPerRegion> versions;
    GroupId group{};
    std::string storageKey;
    std::uint32_t position = 0;  ///< In the key space, in units of 2^-32.
    std::string why;             ///< Why its partition cannot serve everything; see ServingView.
};

/// Identifies a checksum scan, which reads whole replicas and takes many turns.
using ChecksumLookId = NamedType<std::uint64_t, struct ChecksumLookIdTag>;

/// The maintained and the scanned checksum of a replica belong to the applied LSN in the same row.
/// All rows belong to one instant; the LSNs of zones may differ, since each applies at its own
/// pace.
struct PartitionChecksums {
    GroupId group{};
    std::string index;  ///< Empty: a partition of the table itself.
    struct Zone {
        ZoneIndex zone{};
        bool up = true;
        Lsn applied{};
        std::int64_t itemCount = 0;
        std::int64_t itemBytes = 0;
        std::uint64_t checksum = 0;            ///< As maintained by apply.
        std::optional<std::uint64_t> scanned;  ///< As computed from memtable and tree.
        std::optional<std::int64_t> scannedCount;
        /// Of each local index, maintained and as computed.
        std::vector<storage::EntryCounts> localIndexes;
        std::vector<storage::EntryCounts> scannedLocalIndexes;
    };
    std::array<Zone, kZonesPerRegion> zones;
};

/// Asks for the conflicts of a global table.
struct ConflictsLookRequest {
    std::string table;
    std::string accountId{};  ///< See base/account_id.h. Empty: the first account that has it.
    std::string region{};     ///< Only what this Region lost; empty: all.
    std::optional<ConflictId> after{};
    std::size_t limit = 100;
};

/// The conflicts that all replicas of a table keep, in the order of their ids.
struct ConflictsLook {
    struct Row {
        Conflict conflict;
        std::string region;  ///< That made the lost writes.
        std::string tableId;
    };
    std::vector<Row> rows;
    bool more = false;
    /// Those of all replicas that are no longer listed.
    ForgottenConflicts forgotten;
};

}  // namespace orrery::cluster
