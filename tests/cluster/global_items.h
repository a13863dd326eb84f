#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/types/storage_key.h"
#include "tests/cluster/global_judges.h"

namespace orrery::test {

// What the parts of GlobalTableJudge share.

/// The partitions of the table itself.
inline std::vector<cluster::PartitionChecksums> partitionsOf(
    const cluster::World& world, const cluster::TableDescription& table) {
    auto partitions = world.checksums(table.name, table.regionName, false, table.accountId);
    CHECK(partitions.has_value());
    std::erase_if(*partitions, [](const auto& partition) { return !partition.index.empty(); });
    return *std::move(partitions);
}

/// The part of a storage key that all replicas share.
inline std::string sharedKey(std::string_view storageKey) {
    return std::string(storageKey.substr(types::kKeySpaceBytes));
}

inline std::string shown(std::string_view key) {
    std::string text;
    for (const char byte : key) {
        if (byte > ' ' && byte <= '~') text += byte;
    }
    return "item " + text;
}

inline std::string shown(const SeenVersion& version) {
    return std::to_string(version.at.sinceEpoch().count()) + " of " + version.region;
}

}  // namespace orrery::test
