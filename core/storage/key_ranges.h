#pragma once

#include <string_view>
#include <vector>

#include "core/storage/medium.h"

namespace orrery::storage {

/// Ranges in order of key that neither overlap nor touch.
using KeyRanges = std::vector<KeyRange>;

/// Adds a range that ends after all others. An empty `end` means no end.
void appendRange(KeyRanges& ranges, const KeyRange& range);
bool contains(const KeyRanges& ranges, std::string_view key);
KeyRanges intersect(const KeyRanges& a, const KeyRanges& b);
/// Accepts ranges in any order.
KeyRanges unite(KeyRanges ranges);

}  // namespace orrery::storage
