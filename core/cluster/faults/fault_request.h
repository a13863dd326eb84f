#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "core/observe/fault_spec.h"

namespace orrery::cluster {

/// A fault that somebody asks for, its zones by their names: as many as its spec says.
struct FaultRequest {
    observe::FaultKind kind{};
    std::vector<std::string> zones;
    std::optional<Duration> duration;  ///< Nothing: until it is healed.
};

}  // namespace orrery::cluster
