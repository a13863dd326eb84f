#pragma once

#include <cstddef>
#include <cstdint>

namespace orrery::cluster {

/// How much of a log waits for replicas that are away, how the trim mark moves, and how much of a
/// tree one event copies.
struct LogBounds {
    /// What a replica that is away may hold back, of one group and of all: beyond it, it is waited
    /// for no more and needs a copy.
    std::uint64_t groupHeldBytesMax = 64u << 20;
    std::uint64_t heldBytesMax = 512u << 20;
    /// A log's shape has a run for each term: elections without writes are few bytes.
    std::size_t heldTermsMax = 256;
    /// The mark may lag, so it moves in steps and costs most turns nothing.
    std::uint64_t stepRecords = 256;
    std::uint64_t stepBytes = 1u << 20;
    std::uint64_t rangeBytesMax = 128u << 10;
    std::size_t rangeKeysMax = 1000;
};

}  // namespace orrery::cluster
