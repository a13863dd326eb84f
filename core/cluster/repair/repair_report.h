#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/cluster/repair/found_partition.h"

namespace orrery::cluster {

/// What a repair could not restore of one partition. All its other keys are unchanged.
struct LostKeys {
    std::string table;
    std::string region;
    std::string index;  ///< Empty: the table itself. An index is rebuilt, so nothing is lost.
    GroupId partition{};
    /// Storage keys whose values may be lost or out of date.
    storage::KeyRanges keys;
    /// The number of lost items, if known.
    std::optional<std::int64_t> itemCount;
    /// Items restored from pages that no tree refers to any more.
    std::uint64_t looseItems = 0;

    std::string text() const;
};

struct RepairReport {
    std::vector<LostKeys> lost;
    std::vector<std::string> notes;  ///< Other losses and actions, one sentence each.
    /// What was wrong and is as it was before, one sentence each.
    std::vector<std::string> mended;
    std::filesystem::path kept;  ///< The folder of the damaged files.

    /// True if all data is as it was before the damage.
    bool isComplete() const { return lost.empty() && notes.empty(); }
    std::string text() const;

private:
    std::string summary() const;
};

}  // namespace orrery::cluster
