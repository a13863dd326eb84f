#pragma once

#include <string_view>
#include <vector>

#include "app/backend.h"

namespace orrery::app {

/// The service's complaints about a filter or condition expression, for any values of its
/// placeholders. Returns none for a valid or empty expression. Pure.
std::vector<Backend::Diagnostic> checkExpression(std::string_view expression);

}  // namespace orrery::app
