#pragma once

#include <string_view>

namespace orrery::expression {

/// True for the 573 words that an expression cannot use as an attribute name, whatever their case
/// (ReservedWords).
bool isReservedWord(std::string_view word);

}  // namespace orrery::expression
