#pragma once

#include <cstdint>

#include "core/base/named_type.h"

namespace orrery {

/// A position in a replication group's log. The first record has 1; 0 is "before the first".
using Lsn = NamedType<std::uint64_t, struct LsnTag>;

/// A replication group: the replicas of one partition. Never used again after the group is gone.
using GroupId = NamedType<std::uint64_t, struct GroupIdTag>;

/// A table or a secondary index as a range of storage keys. Never used again after a deletion.
using KeySpaceId = NamedType<std::uint32_t, struct KeySpaceIdTag>;

/// A Region of this engine, in the order in which they came to exist.
using RegionId = NamedType<std::uint8_t, struct RegionIdTag>;

/// One of the three Availability Zones of a Region: 0 is `a`, 1 is `b`, 2 is `c`.
using ZoneIndex = NamedType<std::uint8_t, struct ZoneIndexTag>;
inline constexpr int kZonesPerRegion = 3;

/// What one zone of one Region keeps on disk: the logs and the tree of all replicas there.
using VolumeId = NamedType<std::uint16_t, struct VolumeIdTag>;

constexpr VolumeId volumeOf(RegionId region, ZoneIndex zone) {
    return VolumeId(static_cast<std::uint16_t>(region.value() * kZonesPerRegion + zone.value()));
}

/// A traced event; causes are named by it. 0 is "no cause known".
using EventId = NamedType<std::uint64_t, struct EventIdTag>;

}  // namespace orrery
