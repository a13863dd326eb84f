#include "core/cluster/catalog/profile.h"

#include <array>

namespace orrery::cluster {

using namespace std::chrono_literals;

namespace {

// The defaults of reference F: O3, O4, O12 and O13.
Profile common() {
    Profile profile;
    profile.lease = 2000ms;
    profile.renew = 500ms;
    profile.heartbeat = 200ms;
    profile.detection = 600ms;
    profile.requestTimeout = 1000ms;
    profile.strongRequestTimeout = 5000ms;
    profile.stalledTransaction = 5000ms;
    return profile;
}

}  // namespace

Profile Profile::dropIn() {
    Profile profile = common();
    profile.name = "drop-in";
    profile.indexesBeforeAnswer = true;
    profile.replicasBeforeAnswer = true;
    profile.expiryDelay = 1s;
    return profile;
}

Profile Profile::serviceLike() {
    Profile profile = common();
    profile.name = "service-like";
    profile.withinZone = 100us;
    profile.betweenZones = 500us;
    profile.betweenZonesMean = 300us;
    profile.disk = 300us;
    profile.regionsAreApart = true;
    profile.replicationDelay = 550ms;
    profile.replicationDelayMean = 360ms;
    profile.transientStates = 2s;
    // Small tables of the service take about ten minutes.
    profile.expiryDelay = 10min;
    profile.timeToLiveInterval = 1h;
    return profile;
}

const Profile* Profile::find(std::string_view name) {
    static const std::array<Profile, 2> profiles = {dropIn(), serviceLike()};
    for (const Profile& profile : profiles) {
        if (profile.name == name) return &profile;
    }
    return nullptr;
}

}  // namespace orrery::cluster
