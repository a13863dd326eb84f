#pragma once

#include <deque>
#include <vector>

#include "core/base/ids.h"

namespace orrery::cluster {

/// A queue of groups without duplicates, first come, first served.
class GroupQueue {
public:
    /// Returns false if the group is already queued.
    bool add(GroupId group) {
        if (group.value() >= m_waits.size()) m_waits.resize(group.value() + 1);
        if (m_waits[group.value()]) return false;
        m_waits[group.value()] = true;
        m_groups.push_back(group);
        return true;
    }
    /// Removes and returns the first group. The queue must not be empty.
    GroupId take() {
        const GroupId group = m_groups.front();
        m_groups.pop_front();
        m_waits[group.value()] = false;
        return group;
    }
    /// Removes the groups for which `isGone` returns true.
    template <typename IsGone>
    void removeIf(IsGone isGone) {
        std::erase_if(m_groups, [&](GroupId group) {
            const bool goes = isGone(group);
            if (goes) m_waits[group.value()] = false;
            return goes;
        });
    }
    bool isEmpty() const { return m_groups.empty(); }
    std::size_t size() const { return m_groups.size(); }
    const std::deque<GroupId>& groups() const { return m_groups; }

private:
    std::deque<GroupId> m_groups;
    std::vector<bool> m_waits;  ///< True if queued; by group.
};

}  // namespace orrery::cluster
