#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "core/cluster/catalog/table_description.h"
#include "core/cluster/replicas/group_state.h"
#include "core/storage/key_ranges.h"
#include "core/storage/store.h"
#include "core/table/apply.h"

namespace orrery::cluster {

struct FoundPartition;

/// Sums over the entries of a partition, as in TreeMark.
struct EntrySums {
    std::int64_t itemCount = 0;
    std::int64_t itemBytes = 0;
    std::vector<storage::EntryCounts> localIndexes;
    std::uint64_t checksum = 0;
    Lsn newest{};                   ///< The last record that wrote any of them.
    std::uint64_t newestStamp = 0;  ///< The highest version stamp of any of them.

    /// Adds the value that `partition` stores under `key`; private keys count as nothing. False if
    /// the bytes cannot have been stored under that key.
    bool add(const FoundPartition& partition, std::string_view key, std::string_view stored);
    bool agreesWith(const storage::TreeMark& mark) const;
};

/// The readable data of a partition in the files of one zone.
struct FoundReplica {
    // Of its tree:
    std::optional<storage::TreeMark> mark;  ///< Nothing if it is unreadable.
    EntrySums sums;
    storage::KeyRanges lost;  ///< Keys that may have been lost.
    // Of its log:
    std::optional<Lsn> trimMark;
    std::optional<Lsn> lastRecord;  ///< The last readable one.
};

/// A partition and its three replicas, as found in the files.
struct FoundPartition {
    GroupId group{};
    RegionId region{};
    const TableDescription* table = nullptr;
    const SecondaryIndex* index = nullptr;  ///< Null for a partition of the table itself.
    ZoneIndex appointed{};
    table::ApplySchema schema;
    storage::KeyRange items;  ///< Its items, or the entries of a global index.
    /// The same, its entries of each local index, and its private keys.
    storage::KeyRanges bounds;
    std::optional<GroupState> state;
    std::array<FoundReplica, kZonesPerRegion> replicas;
    /// Every position that the cursor of a reader or a stream's shard names. Each was committed,
    /// unless it is corrupt.
    std::vector<Lsn> named;

    VolumeId volume(std::size_t zone) const {
        return volumeOf(region, ZoneIndex(static_cast<std::uint8_t>(zone)));
    }
};

}  // namespace orrery::cluster
