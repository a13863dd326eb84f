#pragma once

#include <cstdint>

#include "core/base/named_type.h"

namespace orrery::cluster {

/// Names work that is longer than a turn: see replicas/jobs.h.
using JobId = NamedType<std::uint64_t, struct JobIdTag>;

}  // namespace orrery::cluster
