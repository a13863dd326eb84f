#pragma once

#include <vector>

#include "core/cluster/kernel/group_queue.h"
#include "core/cluster/kernel/world_state.h"
#include "core/cluster/replicas/log_trimmer.h"

namespace orrery::cluster {

/// Saves the states of groups, each in the turn that changed it.
class GroupSaver {
public:
    /// The trimmer must outlive the saver.
    GroupSaver(WorldState& world, LogTrimmer& trimmer) : m_world(world), m_trimmer(trimmer) {}

    /// Saves the group's state with this turn; its replies wait for that turn.
    void touch(Group& group);
    /// Groups whose state the end of the turn saves, in order of their first change.
    const GroupQueue& unsaved() const { return m_unsaved; }
    /// Trims the logs of changed groups and saves their states. Call it before committing the turn.
    void saveStates();
    /// After the commit: drops records from memory that the store can now return.
    void turnCommitted();

private:
    WorldState& m_world;
    LogTrimmer& m_trimmer;
    GroupQueue m_unsaved;
    std::vector<GroupId> m_committing;  ///< The groups whose states the turn saves.
};

}  // namespace orrery::cluster
