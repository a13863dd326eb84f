#pragma once

#include <array>
#include <vector>

#include "core/cluster/repair/mended_log.h"

namespace orrery::cluster {

/// From which zone's tree each key of a partition is taken, before the log is replayed over it.
struct TreePlan {
    struct Source {
        std::size_t zone = 0;
        Lsn applied{};            ///< The tree has all records up to here, or more.
        storage::KeyRanges keys;  ///< To be taken from it; what it lost of them is the next one's.
    };
    std::vector<Source> sources;
    storage::KeyRanges lost;  ///< In no zone.
    /// The log does not reach back to the tree that they were taken from: they may be out of date.
    storage::KeyRanges older;
    /// Replayed from the next record on.
    Lsn replayAfter{};
    /// The mark of a tree that the log reaches back to.
    std::optional<storage::TreeMark> expected;

    static TreePlan make(const FoundPartition& partition, const MendedLog& log);
};

}  // namespace orrery::cluster
