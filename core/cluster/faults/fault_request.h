#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/cluster/catalog/region_settings.h"
#include "core/observe/fault_spec.h"

namespace orrery::cluster {

/// A request for a fault, with zones and Regions by name. Its spec says what it names, and which
/// options it may have.
struct FaultRequest {
    observe::FaultKind kind{};
    std::vector<std::string> zones;    ///< As many as the spec says; all in one Region.
    std::optional<Duration> duration;  ///< If absent, the fault lasts until it is healed.
    /// One or two, as the target of the spec says. A pause of replication may have none: then it
    /// is between all Regions.
    std::vector<std::string> regions{};
    std::string table{};  ///< Empty: all tables. It may exist or not.
    bool oneWay = false;  ///< Only from the first Region to the second.
    RegionLink slow{};    ///< What a slow link has in addition.
};

}  // namespace orrery::cluster
