#pragma once

#include <map>
#include <string>
#include <utility>

#include "core/base/prng.h"
#include "core/base/time.h"
#include "core/storage/store.h"

namespace orrery::cluster {

/// How messages go from one Region to another.
struct RegionLink {
    Duration delay{};   ///< One way, the minimum.
    Duration jitter{};  ///< Mean of the additional exponential part.
    Ratio loss{0, 1};   ///< The share of messages that is lost.

    bool operator==(const RegionLink& other) const {
        return delay == other.delay && jitter == other.jitter &&
               loss.numerator == other.loss.numerator && loss.denominator == other.loss.denominator;
    }
};

/// What a person has set for Regions and the links between them. Saved with the turn that changes
/// it.
///
///   value "region-settings" := version:uint8(1)
///       clocks:varint (region:sized offset:uint64)…
///       links:varint (from:sized to:sized delay:uint64 jitter:uint64 lost:varint of:varint)…
///
/// Durations in nanoseconds; an offset may be negative, in two's complement.
struct RegionSettings {
    /// How far the clock of a Region is ahead of the world's calendar, by name; absent: not at all.
    std::map<std::string, Duration, std::less<>> clockOffsets;
    /// By the names of the sending and the receiving Region; absent: as the profile has it.
    std::map<std::pair<std::string, std::string>, RegionLink> links;

    bool operator==(const RegionSettings&) const = default;
};

inline constexpr Duration kClockOffsetMax = std::chrono::hours(1);
inline constexpr Duration kLinkDelayMax = std::chrono::minutes(10);

void saveRegionSettings(storage::Turn& turn, const RegionSettings& settings);
/// Returns empty settings if none are saved, and a one-sentence error if the saved ones are
/// corrupt.
storage::StorageResult<RegionSettings> loadRegionSettings(const storage::Store& store);

}  // namespace orrery::cluster
