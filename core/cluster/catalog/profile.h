#pragma once

#include <string>
#include <string_view>

#include "core/base/time.h"

namespace orrery::cluster {

/// What the sources leave open, with the defaults of reference F (O1 … O16), and how far the world
/// is from a perfect day. Changeable while it runs.
struct Profile {
    std::string name;

    // Delays (O13).
    Duration withinZone{};        ///< One way.
    Duration betweenZones{};      ///< One way, the least.
    Duration betweenZonesMean{};  ///< Mean of the exponential part on top.
    Duration disk{};              ///< Until a record is persisted.

    // Leases and failure detection (O3, O4).
    Duration lease{};
    Duration renew{};
    Duration heartbeat{};
    Duration detection{};

    /// A request that found no replica to serve it for this long gets a 500.
    Duration requestTimeout{};
    /// How long a table is CREATING, UPDATING or DELETING.
    Duration transientStates{};
    /// Global indexes are brought up to date before a write is answered.
    bool indexesBeforeAnswer = false;

    /// No delays, instantly ACTIVE: the service on a perfect day.
    static Profile dropIn();
    /// Milliseconds between zones, transient states as the service has.
    static Profile serviceLike();
    /// By name, or nothing.
    static const Profile* find(std::string_view name);
};

}  // namespace orrery::cluster
