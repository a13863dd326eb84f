#pragma once

#include <memory>
#include <vector>

#include "core/base/ids.h"

namespace orrery::cluster {

/// The state that one part of a world keeps per group, by id; created on first use. The owner must
/// forget a group that is removed. For the thread of the world.
template <typename T>
class PerGroup {
public:
    /// The reference is valid until the group is forgotten.
    T& of(GroupId group) {
        if (group.value() >= m_groups.size()) m_groups.resize(group.value() + 1);
        std::unique_ptr<T>& kept = m_groups[group.value()];
        if (kept == nullptr) kept = std::make_unique<T>();
        return *kept;
    }
    /// Null if there is no state for it.
    T* find(GroupId group) {
        return group.value() < m_groups.size() ? m_groups[group.value()].get() : nullptr;
    }
    const T* find(GroupId group) const {
        return group.value() < m_groups.size() ? m_groups[group.value()].get() : nullptr;
    }
    void forget(GroupId group) {
        if (group.value() < m_groups.size()) m_groups[group.value()].reset();
    }

private:
    std::vector<std::unique_ptr<T>> m_groups;
};

}  // namespace orrery::cluster
