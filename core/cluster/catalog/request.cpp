#include "core/cluster/catalog/request.h"

#include "core/types/storage_key.h"

namespace orrery::cluster {

bool ReadRange::endsAt(std::string_view key) const {
    if (!forward) return key <= begin;
    // No key begins with another one.
    const std::string next = types::prefixEnd(key);
    return next.empty() || (!end.empty() && next >= end);
}

}  // namespace orrery::cluster
