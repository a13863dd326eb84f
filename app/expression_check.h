#pragma once

#include <string_view>
#include <vector>

#include "app/backend.h"

namespace orrery::app {

/// What the service would say of a filter or condition expression, whatever its placeholders stand
/// for; empty if it is fine or empty. Pure.
std::vector<Backend::Diagnostic> checkExpression(std::string_view expression);

}  // namespace orrery::app
