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
#include "core/types/attribute_value.h"

namespace orrery::cluster {

// A look: a control input that reads a named replica's applied state at the present instant, also
// while the clock is paused.

/// A look that could not be done, in one sentence: no such table, zone or key.
template <typename T>
using LookResult = std::expected<T, std::string>;

struct ItemsLookRequest {
    std::string region;
    std::string table;
    std::string index;  ///< Empty: the table.
    ZoneIndex zone{};
    /// Where to begin: a storage key from an earlier look (exclusive), or a fraction of the key
    /// space in 2^32 parts. `after` wins if it is not empty.
    std::string after;
    std::uint64_t at = 0;
    std::uint32_t limit = 100;
    bool backward = false;
};

struct ItemsLook {
    struct Row {
        std::string storageKey;
        ItemView item;
        std::uint32_t position = 0;  ///< In the key space, in 2^32 parts.
    };
    std::vector<Row> rows;
    bool more = false;
};

struct ItemLookRequest {
    std::string region;
    std::string table;
    types::Item key;
};

/// One item as every zone holds it.
struct ItemLook {
    struct Version {
        ZoneIndex zone{};
        bool leader = false;
        bool up = true;
        ItemView item;  ///< Null: not there.
        Lsn itemLsn{};  ///< The record that wrote it; 0 if it is not there.
        Lsn applied{};  ///< How far this replica is.
        std::uint64_t behindRecords = 0;
        Duration behind{};
    };
    std::array<Version, kZonesPerRegion> versions;
    GroupId group{};
    std::string storageKey;
    std::uint32_t position = 0;  ///< In the key space, in 2^32 parts.
};

/// Names a look at checksums that reads whole replicas and takes many turns.
using ChecksumLookId = NamedType<std::uint64_t, struct ChecksumLookIdTag>;

/// What was kept is of the applied LSN that is told, and so is what was read. The rows of a look
/// are of one instant; zones that apply at their own pace may differ in their LSNs.
struct PartitionChecksums {
    GroupId group{};
    std::string index;  ///< Empty: the table's own partition.
    struct Zone {
        ZoneIndex zone{};
        bool up = true;
        Lsn applied{};
        std::int64_t itemCount = 0;
        std::int64_t itemBytes = 0;
        std::uint64_t checksum = 0;            ///< As kept at apply.
        std::optional<std::uint64_t> scanned;  ///< As read from memtable and tree.
        std::optional<std::int64_t> scannedCount;
    };
    std::array<Zone, kZonesPerRegion> zones;
};

}  // namespace orrery::cluster
