#pragma once

#include "core/cluster/kernel/group.h"

namespace orrery::cluster {

/// Learns what happens to the groups that a Replicator drives.
class GroupListener {
public:
    virtual ~GroupListener() = default;
    /// True if somebody waits for the leader of this group: `moved` is then called after whatever
    /// happens there.
    virtual bool waits(const Group& group) const = 0;
    /// The group's replicas moved: a record was committed, a lease taken or lost, a leader came or
    /// went.
    virtual void moved(Group& group) = 0;
    /// The group is about to be removed.
    virtual void removed(GroupId group) = 0;
};

}  // namespace orrery::cluster
