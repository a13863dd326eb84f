#pragma once

#include <array>
#include <vector>

#include "core/cluster/repair/mended_log.h"

namespace orrery::cluster {

/// The source of each key of a partition: the zone from whose tree it is taken, before the log is
/// replayed over it.
struct TreePlan {
    struct Source {
        std::size_t zone = 0;
        Lsn applied{};            ///< The tree has at least the records up to here.
        storage::KeyRanges keys;  ///< To take from this tree; the next source has what it lost.
    };
    std::vector<Source> sources;
    storage::KeyRanges lost;  ///< Lost in every zone.
    /// The log does not reach back to the tree of these keys: they may be out of date.
    storage::KeyRanges older;
    /// The replay begins after this record.
    Lsn replayAfter{};
    /// The mark of a tree to which the log reaches back.
    std::optional<storage::TreeMark> expected;

    static TreePlan make(const FoundPartition& partition, const MendedLog& log);
};

}  // namespace orrery::cluster
