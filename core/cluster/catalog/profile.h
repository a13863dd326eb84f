#pragma once

#include <string>
#include <string_view>

#include "core/base/time.h"

namespace orrery::cluster {

/// The parameters that the sources leave open, with the defaults of reference F (O1 … O16), and the
/// delays of the simulated network and disks. They can change while the world runs, all but
/// `lease`.
struct Profile {
    std::string name;

    // Delays (O13).
    Duration withinZone{};        ///< One way.
    Duration betweenZones{};      ///< One way, the minimum.
    Duration betweenZonesMean{};  ///< Mean of the additional exponential part.
    Duration disk{};              ///< Until a record is persisted.
    /// Messages between Regions take their time by the distance (observe/region_places.h), with a
    /// twentieth of it as the mean of an additional exponential part; otherwise they take none.
    bool regionsAreApart = false;

    // Leases and failure detection (O3, O4).
    Duration lease{};
    Duration renew{};
    Duration heartbeat{};
    Duration detection{};

    /// A request that finds no replica to serve it for this long gets a 500.
    Duration requestTimeout{};
    /// The same for a request that other Regions have to agree to.
    Duration strongRequestTimeout{};
    /// A transaction that has not been finished for this long is finished by another node (O12).
    Duration stalledTransaction{};
    /// The time that a table stays CREATING, UPDATING or DELETING.
    Duration transientStates{};
    /// How long an expired item can be read before it is deleted.
    Duration expiryDelay{};
    /// The time between two changes of a table's time to live.
    Duration timeToLiveInterval{};
    /// Writes are answered only after the global indexes have been updated.
    bool indexesBeforeAnswer = false;

    /// A change leaves for other Regions this long after its commit at the earliest, and a random
    /// part longer with the mean below (O13: the median of ReplicationLatency).
    Duration replicationDelay{};
    Duration replicationDelayMean{};
    /// Writes are answered only after the replicas in other Regions have them, as far as they can
    /// be reached at once.
    bool replicasBeforeAnswer = false;

    /// No delays, instantly ACTIVE: the service under ideal conditions.
    static Profile dropIn();
    /// Milliseconds between zones, transient states as in the service.
    static Profile serviceLike();
    /// The profile of this name, or null.
    static const Profile* find(std::string_view name);
};

}  // namespace orrery::cluster
