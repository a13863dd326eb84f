#pragma once

#include <string>
#include <string_view>

namespace orrery {

/// True if `text` is well-formed UTF-8 (Unicode, table 3-7).
bool isUtf8(std::string_view text);

/// For a terminal: bytes that are not UTF-8, and control characters other than a line feed, become
/// "\x1b".
std::string printable(std::string_view text);

}  // namespace orrery
