#pragma once

#include <optional>

#include "core/expression/key_condition.h"

namespace orrery::expression {

// Comparisons as conditions on a key.

/// The same comparison with its sides swapped.
Comparator flipped(Comparator comparator);

/// The operator of `key comparator value`. Nothing for NotEqual, which no key condition has.
std::optional<KeyOperator> keyOperatorOf(Comparator comparator);

}  // namespace orrery::expression
