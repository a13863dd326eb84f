#pragma once

#include <cstdint>

#include "core/base/ids.h"
#include "core/observe/event.h"

namespace orrery::cluster {

/// A message between two zones of a Region that is under way.
struct Flight {
    /// The group that it concerns, and the zone that sends it.
    observe::ReplicaRef from;
    ZoneIndex to{};
    observe::MessageKind kind{};
    std::uint32_t linkEpoch = 0;  ///< Lost if the link has another when it arrives.
    Lsn lsn{};                    ///< As traced.
};

}  // namespace orrery::cluster
