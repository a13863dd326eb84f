#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/cluster/repair/found_partition.h"

namespace orrery::cluster {

/// What a repair could not bring back of one partition. All its other keys are as they were.
struct LostKeys {
    std::string table;
    std::string region;
    std::string index;  ///< Empty: the table itself. An index is rebuilt, so nothing is lost.
    GroupId partition{};
    /// Storage keys: of each, what was there may be gone, or may be older than it was.
    storage::KeyRanges keys;
    /// How many items are missing, where that can be told.
    std::optional<std::int64_t> itemCount;

    std::string text() const;
};

struct RepairReport {
    std::vector<LostKeys> lost;
    std::vector<std::string> notes;  ///< Whatever else is lost or was done, a sentence each.
    std::filesystem::path kept;      ///< Where the damaged files are.

    std::string text() const;
};

}  // namespace orrery::cluster
