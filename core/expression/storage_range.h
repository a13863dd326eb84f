#pragma once

#include <string>

#include "core/base/ids.h"
#include "core/expression/key_condition.h"

namespace orrery::expression {

/// The storage keys [begin, end) of an item collection or of a part of it.
struct StorageRange {
    std::string begin;
    std::string end;
};

/// The keys in `space`, a table's or an index's, of the items in the range.
StorageRange storageRange(KeySpaceId space, const KeyRange& keys);

}  // namespace orrery::expression
