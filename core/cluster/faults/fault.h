#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/ids.h"
#include "core/cluster/catalog/region_settings.h"
#include "core/observe/fault_spec.h"
#include "core/observe/snapshot.h"

namespace orrery::cluster {

/// Failures since the world was opened. The cost of a fault is their increase while it lasts.
struct FaultCost {
    std::uint64_t failedRequests = 0;
    std::uint64_t elections = 0;
    std::uint64_t staleReads = 0;
};

/// What a fault strikes. Its kind decides which members count.
struct FaultPlace {
    // Zones, all in one Region.
    RegionId region{};
    ZoneIndex a{};  ///< The zone that it strikes, or the first of two.
    ZoneIndex b{};  ///< The second of two; otherwise as `a`.

    // Regions; see FaultRequest.
    std::vector<RegionId> regions;
    std::string table;
    bool oneWay = false;
    RegionLink slow;
};

/// True if no two such faults may be active. Slow links with different delays are the same fault.
bool isSamePlace(const FaultPlace& one, const FaultPlace& other);

struct Fault {
    observe::FaultView view;
    observe::FaultKind kind{};
    FaultPlace place;
    FaultCost atStart;
};

}  // namespace orrery::cluster
