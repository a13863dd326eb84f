#pragma once

#include <string_view>
#include <vector>

#include "core/storage/medium.h"

namespace orrery::storage {

/// Ranges of keys in order, none of which touches another.
using KeyRanges = std::vector<KeyRange>;

/// Adds a range that ends behind all others. An empty `end` means no end, as everywhere.
void appendRange(KeyRanges& ranges, const KeyRange& range);
bool contains(const KeyRanges& ranges, std::string_view key);
KeyRanges intersect(const KeyRanges& a, const KeyRanges& b);
/// Of ranges that were made in any order.
KeyRanges unite(KeyRanges ranges);

}  // namespace orrery::storage
