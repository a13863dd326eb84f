#pragma once

#include "core/cluster/kernel/group.h"

namespace orrery::cluster {

/// Is notified about the groups that a Replicator drives.
class GroupListener {
public:
    virtual ~GroupListener() = default;
    /// True if something waits for the leader of this group; `moved` is then called after every
    /// event there.
    virtual bool waits(const Group& group) const = 0;
    /// Progress in the group: a commit, a lease taken or lost, a change of leader.
    virtual void moved(Group& group) = 0;
    /// A copied replica cannot be completed before the registered readers of the log have passed
    /// its beginning.
    virtual void awaitsReaders(Group&) {}
    /// The group is about to be removed.
    virtual void removed(GroupId group) = 0;
};

}  // namespace orrery::cluster
