#pragma once

#include <string_view>

namespace orrery {

/// True if `text` is well-formed UTF-8 (Unicode, table 3-7).
bool isUtf8(std::string_view text);

}  // namespace orrery
