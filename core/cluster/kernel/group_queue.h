#pragma once

#include <deque>
#include <vector>

#include "core/base/ids.h"

namespace orrery::cluster {

/// Groups that wait for the same thing, each once, in the order in which they came.
class GroupQueue {
public:
    /// Returns false if the group waits already.
    bool add(GroupId group) {
        if (group.value() >= m_waits.size()) m_waits.resize(group.value() + 1);
        if (m_waits[group.value()]) return false;
        m_waits[group.value()] = true;
        m_groups.push_back(group);
        return true;
    }
    /// Removes and returns the group that has waited longest. Only if there is one.
    GroupId take() {
        const GroupId group = m_groups.front();
        m_groups.pop_front();
        m_waits[group.value()] = false;
        return group;
    }
    bool isEmpty() const { return m_groups.empty(); }
    std::size_t size() const { return m_groups.size(); }
    const std::deque<GroupId>& groups() const { return m_groups; }

private:
    std::deque<GroupId> m_groups;
    std::vector<bool> m_waits;  ///< By group.
};

}  // namespace orrery::cluster
