#pragma once

#include <cstddef>
#include <cstdint>

namespace orrery::cluster {

/// How much of a log is kept for replicas that are away or far behind, how the trim mark moves, how
/// much of a log one read of a stream looks at, and how much of a tree one event copies.
struct LogBounds {
    /// Log that may be kept for replicas that are away or far behind, and for copies that are under
    /// way, per group and in all. Beyond that, such a replica is no longer waited for and needs a
    /// copy.
    std::uint64_t groupHeldBytesMax = 64u << 20;
    std::uint64_t heldBytesMax = 512u << 20;
    /// The shape of a log has a run per term, so elections without writes add few bytes.
    std::size_t heldTermsMax = 256;
    /// The mark may lag behind: it moves in steps, so that most turns need not write it.
    std::uint64_t stepRecords = 256;
    std::uint64_t stepBytes = 1u << 20;
    /// Records of a table with a stream that a log keeps before they become a segment of the
    /// archive.
    std::uint64_t segmentRecords = 8192;
    std::uint64_t segmentBytes = 4u << 20;
    /// Log records that one read of a stream looks at; most of them are stream records.
    std::size_t streamReadRecords = 4000;
    std::uint64_t rangeBytesMax = 128u << 10;
    std::size_t rangeKeysMax = 1000;
};

}  // namespace orrery::cluster
