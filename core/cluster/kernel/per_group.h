#pragma once

#include <memory>

#include "core/base/ids.h"
#include "core/cluster/kernel/paged_slots.h"

namespace orrery::cluster {

/// The state that one part of a world keeps per group, by id; created on first use. The owner must
/// forget a group that is removed. For the thread of the world.
template <typename T>
class PerGroup {
public:
    /// The reference is valid until the group is forgotten.
    T& of(GroupId group) {
        if (T* kept = m_groups.find(group.value())) return *kept;
        return m_groups.put(group.value(), std::make_unique<T>());
    }
    /// Null if there is no state for it.
    T* find(GroupId group) { return m_groups.find(group.value()); }
    const T* find(GroupId group) const { return m_groups.find(group.value()); }
    void forget(GroupId group) { m_groups.erase(group.value()); }

private:
    PagedSlots<T> m_groups;
};

}  // namespace orrery::cluster
