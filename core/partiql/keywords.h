#pragma once

#include <string_view>

namespace orrery::partiql {

/// True if SQL reserves the word, so that it is no name unless it is quoted. `word` is in lower
/// case.
bool isKeyword(std::string_view word);

/// True for a keyword that names a function when "(" follows.
bool isFunctionKeyword(std::string_view word);

/// True for a keyword that stands between operands.
bool isOperatorKeyword(std::string_view word);

}  // namespace orrery::partiql
