#pragma once

#include "core/json/json.h"
#include "core/types/api_error.h"

namespace orrery::types {

// The errors for a set with an element twice. The two layers of the service's validation show the
// elements differently: the older as they were sent, the newer in quotes, and in order up to the
// first repeat (recorded by dynamodb-conformance, tier 3, error-messages, valueLayers).

/// `set` holds strings only.
ApiError duplicateStrings(const json::Array& set);
/// `set` holds valid base 64 only.
ApiError duplicateBinaries(const json::Array& set);
ApiError duplicateNumbers();

}  // namespace orrery::types
