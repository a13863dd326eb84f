#pragma once

#include <cstdint>

#include "core/base/named_type.h"

namespace orrery {

/// A position in a replication group's log. The first record has 1; 0 is "before the first".
using Lsn = NamedType<std::uint64_t, struct LsnTag>;

/// A replication group: the replicas of one partition. An id is never reused.
using GroupId = NamedType<std::uint64_t, struct GroupIdTag>;

/// A table or a secondary index as a range of storage keys. An id is never reused.
using KeySpaceId = NamedType<std::uint32_t, struct KeySpaceIdTag>;

/// A Region of this engine, numbered in the order of creation.
using RegionId = NamedType<std::uint8_t, struct RegionIdTag>;

/// One of the three Availability Zones of a Region: 0 is `a`, 1 is `b`, 2 is `c`.
using ZoneIndex = NamedType<std::uint8_t, struct ZoneIndexTag>;
inline constexpr int kZonesPerRegion = 3;

/// The data of one zone of one Region on disk: the logs and the tree of all its replicas.
using VolumeId = NamedType<std::uint16_t, struct VolumeIdTag>;

constexpr VolumeId volumeOf(RegionId region, ZoneIndex zone) {
    return VolumeId(static_cast<std::uint16_t>(region.value() * kZonesPerRegion + zone.value()));
}

/// A traced event. Other events name it as their cause; 0 means that the cause is not known.
using EventId = NamedType<std::uint64_t, struct EventIdTag>;

}  // namespace orrery
