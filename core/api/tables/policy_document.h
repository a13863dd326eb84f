#pragma once

#include <string>
#include <string_view>

#include "core/types/api_error.h"

namespace orrery::api {

// The documents of resource policies. The service parses a document, and compares and shows its
// canonical form: without blanks, the members of each object in one order, a list of one value as
// that value, an account as the ARN of its root. Observed in October 2026 in us-west-2.

/// Refuses a text that is too long or no policy, and a policy that allows something to everyone.
ApiResult<void> checkPolicy(std::string_view text);

/// True if the two documents have the same canonical form. A document without a version differs
/// from one that names the version which shownPolicy adds.
bool isSamePolicy(std::string_view one, std::string_view other);

/// The canonical form of a document, with a version.
std::string shownPolicy(std::string_view text);

}  // namespace orrery::api
