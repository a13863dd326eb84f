#include "core/cluster/catalog/request.h"

#include "core/types/storage_key.h"

namespace orrery::cluster {

ReadRange::Bounds ReadRange::bounds(std::uint32_t part) const {
    if (part == 0) return {begin, end};
    const expression::StorageRange& range = further[part - 1];
    return {range.begin, range.end};
}

bool ReadRange::endsAt(std::string_view key, std::uint32_t part) const {
    const Bounds range = bounds(part);
    if (!forward) return key <= range.begin;
    // No key begins with another one.
    const std::string next = types::prefixEnd(key);
    return next.empty() || (!range.end.empty() && next >= range.end);
}

}  // namespace orrery::cluster
