#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/ids.h"

namespace orrery::cluster {

/// Maps storage keys to partitions, as a router sees them. One process has one map, so it is never
/// stale here.
class PartitionMap {
public:
    /// `begin` excludes the key space.
    void add(KeySpaceId space, std::string begin, GroupId group);
    void removeSpace(KeySpaceId space);

    /// The partition of a storage key, or group 0 if its key space does not exist.
    GroupId find(std::string_view storageKey) const;
    /// The same for a key space and a key without it.
    GroupId find(KeySpaceId space, std::string_view suffix) const;
    /// The partition before the one that begins at `begin`, or group 0.
    GroupId before(KeySpaceId space, std::string_view begin) const;
    /// All partitions of a key space, in order.
    std::vector<GroupId> ofSpace(KeySpaceId space) const;

private:
    using Ranges = std::map<std::string, GroupId, std::less<>>;
    std::map<KeySpaceId, Ranges> m_spaces;
};

}  // namespace orrery::cluster
