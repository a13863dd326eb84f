#pragma once

#include <algorithm>
#include <cstdint>

#include "core/cluster/kernel/per_group.h"
#include "core/cluster/kernel/world_state.h"
#include "core/cluster/replicas/log_bounds.h"

namespace orrery::cluster {

/// Decides which records of a group's log are no longer needed (section 4, "Trimming"): those that
/// all replicas and registered readers have passed. For a replica that is away, a bounded part of
/// the logs is kept; beyond that it needs a copy. A group at rest keeps no records.
class LogTrimmer {
public:
    /// The bounds must outlive the trimmer.
    LogTrimmer(WorldState& world, const LogBounds& bounds) : m_world(world), m_bounds(bounds) {}

    /// Moves a group's trim mark if that is worth a write. Call it before the turn ends.
    void move(Group& group);
    /// Call it for a reopened group: records already in its log do not count towards the next move.
    void begin(const Group& group) { m_groups.of(group.id).bytesAtTrim = group.committedBytes; }
    /// Call it before the group is removed.
    void forget(GroupId group);

    /// Changes applied up to this turn are in the trees on disk.
    void treesSynced(storage::Ticket upTo) { m_treesSynced = std::max(m_treesSynced, upTo); }

    /// The size of the logs kept for replicas that are away, in all groups.
    std::uint64_t heldBytes() const { return m_heldBytes; }

private:
    struct Trim {
        std::uint64_t bytesAtTrim = 0;  ///< Group::committedBytes when the mark last moved.
        std::uint64_t heldBytes = 0;    ///< Log kept for members that are away.
    };

    Lsn neededAfter(const Group& group);
    /// A replica that needs a copy will need the log after this position; `committed` if no copy
    /// has been offered.
    Lsn offeredTo(const Group& group, const Member& member) const;
    bool isAway(const Group& group, const Member& member) const;
    /// True if the mark may move past this replica, which is away.
    bool mayLeaveBehind(const Group& group, const Member& member) const;
    bool holdsTooMuch(const Group& group, const Member& member) const;
    void trim(const Group& group, Member& member);
    static void markLeftBehind(Group& group);

    WorldState& m_world;
    const LogBounds& m_bounds;
    storage::Ticket m_treesSynced{};
    PerGroup<Trim> m_groups;
    std::uint64_t m_heldBytes = 0;
};

}  // namespace orrery::cluster
