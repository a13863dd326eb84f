#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/observe/fault_spec.h"

namespace orrery::cluster {

/// A request for a fault, with its zones by name: as many as its spec says.
struct FaultRequest {
    observe::FaultKind kind{};
    std::vector<std::string> zones;
    std::optional<Duration> duration;  ///< If absent, the fault lasts until it is healed.
};

}  // namespace orrery::cluster
