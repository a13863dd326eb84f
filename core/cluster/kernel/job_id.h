#pragma once

#include <cstdint>

#include "core/base/named_type.h"

namespace orrery::cluster {

/// Identifies a job; see replicas/jobs.h.
using JobId = NamedType<std::uint64_t, struct JobIdTag>;

}  // namespace orrery::cluster
