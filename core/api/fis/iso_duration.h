#pragma once

#include <optional>
#include <string_view>

#include "core/base/time.h"

namespace orrery::api {

/// Reads a duration of ISO 8601 in hours, minutes and seconds, such as "PT1H30M". Nothing for any
/// other text, and for more than about a hundred years.
std::optional<Duration> parseIsoDuration(std::string_view text);

}  // namespace orrery::api
