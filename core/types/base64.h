#pragma once

#include <string>
#include <string_view>

#include "core/types/api_error.h"

namespace orrery::types {

/// Appends `bytes` in base 64 (RFC 4648, section 4) with padding.
void appendBase64(std::string& out, std::string_view bytes);

/// Decodes `text`. Strict, with the service's errors: whole groups of four characters, no
/// characters outside the alphabet, no unused bits set.
ApiResult<std::string> parseBase64(std::string_view text);

}  // namespace orrery::types
