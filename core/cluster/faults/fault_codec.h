#pragma once

#include <optional>

#include "core/base/bytes.h"
#include "core/cluster/faults/fault.h"
#include "core/cluster/kernel/world_state.h"

namespace orrery::cluster {

// An active fault as it is saved, in the list of faults (fault_list.cpp).
//
//   fault   := id:varint kind:uint8 region:uint8 a:uint8 b:uint8 since:uint64 until:uint64 regions
//   regions := count:uint8 region:uint8… table:sized oneWay:uint8
//              delay:uint64 jitter:uint64 lost:varint of:varint
//
// Instants and durations in nanoseconds. Faults of zones have no `regions`, and the others have 0
// for `region`, `a` and `b`.

void putFault(ByteWriter& out, const Fault& fault);
/// Without the view but for its id and instants. Nothing if no such fault can be in this world.
std::optional<Fault> takeFault(ByteReader& in, const WorldState& world);

}  // namespace orrery::cluster
