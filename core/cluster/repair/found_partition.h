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

/// Sums over the entries of a partition, as TreeMark keeps them.
struct EntrySums {
    std::int64_t itemCount = 0;
    std::int64_t itemBytes = 0;
    std::uint64_t checksum = 0;
    Lsn newest{};                   ///< The last record that wrote one of them.
    std::uint64_t newestStamp = 0;  ///< The highest version stamp of one of them.

    /// Counts what is stored under `key`; entries of local indexes and private keys are not items.
    /// False if the bytes are not what was stored under that key.
    bool add(std::string_view key, std::string_view stored, bool isItem);
    bool agreesWith(const storage::TreeMark& mark) const;
};

/// What the files of one zone still have of a partition.
struct FoundReplica {
    // Of its tree:
    std::optional<storage::TreeMark> mark;  ///< Nothing if it cannot be read.
    EntrySums sums;
    storage::KeyRanges lost;  ///< Keys that it may have had besides.
    // Of its log:
    std::optional<Lsn> trimMark;
    std::optional<Lsn> lastRecord;  ///< That can be read.
};

/// A partition with the three replicas that the files have of it.
struct FoundPartition {
    GroupId group{};
    RegionId region{};
    const TableDescription* table = nullptr;
    const SecondaryIndex* index = nullptr;  ///< Null for a partition of the table itself.
    ZoneIndex leader{};
    table::ApplySchema schema;
    storage::KeyRange items;    ///< Its items, or entries of a global index;
    storage::KeyRanges bounds;  ///< those, its entries of each local index, and its private keys.
    std::optional<GroupState> state;
    std::array<FoundReplica, kZonesPerRegion> replicas;

    VolumeId volume(std::size_t zone) const {
        return volumeOf(region, ZoneIndex(static_cast<std::uint8_t>(zone)));
    }
};

}  // namespace orrery::cluster
