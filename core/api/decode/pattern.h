#pragma once

#include <string_view>

#include "core/api/decode/shape.h"

namespace orrery::api {

/// The pattern as the service writes it in an error; empty for none.
std::string_view patternText(Pattern pattern);
bool matchesPattern(Pattern pattern, std::string_view text);

}  // namespace orrery::api
