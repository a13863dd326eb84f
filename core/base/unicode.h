#pragma once

#include <string_view>

namespace orrery {

/// True if each character of `text`, which must be UTF-8, is a letter, a number or a space of any
/// script (Unicode's categories L, N and Z), or one of the ASCII characters `others`.
bool hasOnlyLettersNumbersSpacesOr(std::string_view others, std::string_view text);

}  // namespace orrery
