#pragma once

#include <algorithm>
#include <cstdint>

#include "core/cluster/kernel/per_group.h"
#include "core/cluster/kernel/world_state.h"
#include "core/cluster/replicas/log_bounds.h"

namespace orrery::cluster {

/// Says which records of a group's log nobody needs any more (section 4, "Trimming"): those that
/// all replicas and all registered readers are past. A replica that is away holds back a bounded
/// part of the logs; beyond that it needs a copy when it is back. A group at rest keeps no records.
class LogTrimmer {
public:
    /// The bounds outlive the trimmer.
    LogTrimmer(WorldState& world, const LogBounds& bounds) : m_world(world), m_bounds(bounds) {}

    /// Moves the trim mark of a group, if it is worth a write. Before the turn ends.
    void move(Group& group);
    /// A group that is opened again: what its log holds by now is not worth a move of the mark.
    void begin(const Group& group) { m_groups.of(group.id).bytesAtTrim = group.committedBytes; }
    /// The group is about to go.
    void forget(GroupId group);

    /// What was applied up to this turn is in the trees on the disk.
    void treesSynced(storage::Ticket upTo) { m_treesSynced = std::max(m_treesSynced, upTo); }

    /// What replicas that are away hold back, of all groups together.
    std::uint64_t heldBytes() const { return m_heldBytes; }

private:
    struct Trim {
        std::uint64_t bytesAtTrim = 0;  ///< Group::committedBytes when the mark was moved last.
        std::uint64_t heldBytes = 0;    ///< What members that are away hold back.
    };

    Lsn neededAfter(const Group& group);
    /// What a replica that needs a copy needs of the log once that has begun; `committed` if none
    /// is under way.
    Lsn offeredTo(const Group& group, const Member& member) const;
    bool isAway(const Group& group, const Member& member) const;
    /// May the mark move past this replica, which is away?
    bool mayLeave(const Group& group, const Member& member) const;
    bool holdsTooMuch(const Group& group, const Member& member) const;
    void trim(const Group& group, Member& member);
    static void markLeft(Group& group);

    WorldState& m_world;
    const LogBounds& m_bounds;
    storage::Ticket m_treesSynced{};
    PerGroup<Trim> m_groups;
    std::uint64_t m_heldBytes = 0;
};

}  // namespace orrery::cluster
