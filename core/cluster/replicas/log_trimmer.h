#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "core/cluster/kernel/per_group.h"
#include "core/cluster/kernel/world_state.h"
#include "core/cluster/replicas/log_bounds.h"

namespace orrery::cluster {

/// Decides which records of a group's log are no longer needed (section 4, "Trimming"): those that
/// all replicas and registered readers have passed. For a replica that is away or far behind, a
/// bounded part of the logs is kept; beyond that it needs a copy. A group at rest keeps no records.
class LogTrimmer {
public:
    /// The bounds must outlive the trimmer.
    LogTrimmer(WorldState& world, const LogBounds& bounds) : m_world(world), m_bounds(bounds) {}

    /// Moves a group's trim mark if that is worth a write. Call it before the turn ends.
    void move(Group& group);
    /// The leader in `from` sends the first chunk of a copy to `to`, whose log will begin at
    /// `begin`: the mark waits for it a while.
    void offer(const Group& group, ZoneIndex from, ZoneIndex to, Lsn begin);
    /// `to` has answered the leader that its copy has begun.
    void copyHasBegun(GroupId group, ZoneIndex to) {
        if (!m_offers.empty()) m_offers.erase({group, to});
    }
    /// The leader in `from` has lost its memory or its lead.
    void forgetOffers(GroupId group, ZoneIndex from);
    /// Call it for a reopened group: records already in its log do not count towards the next move.
    void begin(const Group& group) { m_groups.of(group.id).bytesAtTrim = group.log.committedBytes; }
    /// Call it before the group is removed.
    void forget(GroupId group);

    /// Changes applied up to this turn are in the trees on disk.
    void treesSynced(storage::Ticket upTo) { m_treesSynced = std::max(m_treesSynced, upTo); }

private:
    struct Trim {
        std::uint64_t bytesAtTrim = 0;  ///< Group::committedBytes when the mark last moved.
        std::uint64_t heldBytes = 0;    ///< Log kept for members that are away or far behind.
    };

    /// A leader's copy to a replica that has not answered yet, as the leader knows it.
    struct Offer {
        ZoneIndex from{};
        Lsn begin{};
        std::uint64_t bytes = 0;  ///< Group::committedBytes when it was sent.
    };

    Lsn neededAfter(const Group& group);
    /// A replica that needs a copy will need the log after this position; `committed` if no copy
    /// has been offered, or if the log since the offer exceeds a bound.
    Lsn offeredTo(const Group& group, const Member& member);
    /// True if the member has no power, or the leader's node or all others do not hear it.
    bool isAway(const Group& group, const Member& member) const;
    /// True if the mark may move past this replica.
    bool mayLeaveBehind(const Group& group, const Member& member) const;
    /// True if a group that keeps that much log exceeds its bound, or that of all groups.
    bool isTooMuch(std::uint64_t bytes) const;
    bool holdsTooMuch(const Group& group, const Member& member) const;
    /// The group keeps at least that much log.
    void hold(Trim& state, std::uint64_t bytes);
    void trim(const Group& group, Member& member);
    static void markLeftBehind(Group& group);

    WorldState& m_world;
    const LogBounds& m_bounds;
    storage::Ticket m_treesSynced{};
    PerGroup<Trim> m_groups;
    std::map<std::pair<GroupId, ZoneIndex>, Offer> m_offers;  ///< By group and receiver.
    std::uint64_t m_heldBytes = 0;                            ///< Trim::heldBytes of all groups.
};

}  // namespace orrery::cluster
