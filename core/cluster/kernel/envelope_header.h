#pragma once

#include <cstdint>
#include <optional>

#include "core/base/ids.h"
#include "core/observe/event.h"

namespace orrery::cluster {

/// The header of a message in flight between two zones.
struct EnvelopeHeader {
    /// The sending zone and the group concerned.
    observe::ReplicaRef from;
    ZoneIndex to{};
    observe::MessageKind kind{};
    /// If the link has a different one on arrival, the message is lost.
    std::uint32_t linkEpoch = 0;
    Lsn lsn{};  ///< For the trace.
    /// The Region of `to`, if it is another one. The message then travels from Region to Region:
    /// cuts between zones do not stop it.
    std::optional<RegionId> toRegion{};
};

}  // namespace orrery::cluster
