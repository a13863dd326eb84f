#pragma once

#include <string>
#include <string_view>

#include "core/json/json.h"

namespace orrery::engine {

/// The event that Lambda hands to a function for records of a stream, as GetRecords answers them.
std::string lambdaEvent(std::string_view streamArn, const json::Array& records);

}  // namespace orrery::engine
