#pragma once

#include <cstdint>

#include "core/cluster/kernel/world_state.h"

namespace orrery::cluster {

/// Says which records of a group's log nobody needs any more (section 4, "Trimming"): those that
/// all replicas and all registered readers are past. A replica that is away holds back a bounded
/// part of the logs; beyond that it needs a copy when it is back. A group at rest keeps no records.
class LogTrimmer {
public:
    explicit LogTrimmer(WorldState& world) : m_world(world) {}

    /// Moves the trim mark of a group, if it is worth a write. Before the turn ends.
    void move(Group& group);
    /// The group is about to go.
    void forget(const Group& group) { m_heldBytes -= group.heldBytes; }

    /// What replicas that are away hold back, of all groups together.
    std::uint64_t heldBytes() const { return m_heldBytes; }

private:
    Lsn neededAfter(Group& group);
    /// What a replica that needs a copy needs of the log once that has begun; `committed` if none
    /// is under way.
    Lsn offeredTo(const Group& group, const Member& member) const;
    bool isAway(const Group& group, ZoneIndex zone) const;
    /// May the mark move past this replica, which is away?
    bool mayLeave(const Group& group, ZoneIndex zone) const;
    bool holdsTooMuch(const Group& group, const Member& member) const;
    void trim(Group& group, ZoneIndex zone);
    static void markLeft(Group& group);

    WorldState& m_world;
    std::uint64_t m_heldBytes = 0;
};

}  // namespace orrery::cluster
