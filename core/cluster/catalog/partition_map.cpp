#include "core/cluster/catalog/partition_map.h"

#include "core/base/bytes.h"
#include "core/base/check.h"

namespace orrery::cluster {

void PartitionMap::add(KeySpaceId space, std::string begin, GroupId group) {
    const bool isNew = m_spaces[space].emplace(std::move(begin), group).second;
    CHECK(isNew);
}

void PartitionMap::removeSpace(KeySpaceId space) {
    m_spaces.erase(space);
}

GroupId PartitionMap::find(std::string_view storageKey) const {
    ByteReader in(storageKey);
    const KeySpaceId space(in.u32());
    return find(space, in.rest());
}

GroupId PartitionMap::find(KeySpaceId space, std::string_view suffix) const {
    const auto ranges = m_spaces.find(space);
    if (ranges == m_spaces.end()) return GroupId{};
    auto after = ranges->second.upper_bound(suffix);
    CHECK(after != ranges->second.begin());  // The first partition begins at "".
    return std::prev(after)->second;
}

GroupId PartitionMap::before(KeySpaceId space, std::string_view begin) const {
    const auto ranges = m_spaces.find(space);
    if (ranges == m_spaces.end()) return GroupId{};
    const auto at = ranges->second.lower_bound(begin);
    return at == ranges->second.begin() ? GroupId{} : std::prev(at)->second;
}

std::vector<GroupId> PartitionMap::ofSpace(KeySpaceId space) const {
    std::vector<GroupId> groups;
    const auto ranges = m_spaces.find(space);
    if (ranges == m_spaces.end()) return groups;
    for (const auto& [begin, group] : ranges->second)
        groups.push_back(group);
    return groups;
}

}  // namespace orrery::cluster
