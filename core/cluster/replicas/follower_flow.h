#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "core/cluster/kernel/world_state.h"
#include "core/cluster/replicas/record_finder.h"

namespace orrery::cluster {

/// Flow control towards followers that catch up. Records read from the log for them occupy memory
/// until they are on the follower's disk. So they are bounded per message, per follower, and per
/// link for all groups: a zone that returns may lack records of thousands of groups. Followers over
/// the limit queue here. Uncommitted records are not limited: a quorum may wait for them, and
/// waiting clients bound their number. Whether a record happens to be in memory must not matter,
/// since that depends on where turns end.
class FollowerFlow {
public:
    /// The finder must outlive the flow.
    FollowerFlow(WorldState& world, const RecordFinder& finder)
        : m_world(world), m_finder(finder) {}

    /// A leader's records for one follower.
    struct Key {
        GroupId group;
        ZoneIndex from;
        ZoneIndex to;
        auto operator<=>(const Key&) const = default;
    };

    /// Adds the records to a leader's request: all that it names, or as many as the limits allow.
    void fill(Group& group, ZoneIndex from, ZoneIndex to, replication::AppendRequest& request);
    /// Removes from the flows of the replica what followers have acknowledged, and what this leader
    /// considers lost.
    void measure(const Group& group, ZoneIndex zone);
    /// Drops flows, from the given zone or all: their records are lost or no longer matter.
    void forget(GroupId group, std::optional<ZoneIndex> from);
    /// The store accepts writes again, or has more room: the queues of all links move.
    void resumeAll();

    /// The event has arrived; call `next` until it returns nothing.
    void resumes(const CatchUpResumes& event);
    /// Takes the next follower from the queue of a link that has room; its leader continues.
    std::optional<Key> next(const CatchUpResumes& event);

    /// Bytes in flight on a link.
    std::uint64_t bytesInFlight(sim::NodeId from, sim::NodeId to) const;

private:
    using LinkKey = std::pair<sim::NodeId, sim::NodeId>;
    enum class Held : std::uint8_t {
        No,
        ByWindow,  ///< Waits until the follower has acknowledged more.
        InLine,    ///< Queues until the link has room.
    };
    /// Records that a leader read from its log for a follower and sent, and that are
    /// unacknowledged.
    struct Flow {
        struct Sent {
            Lsn last;
            std::uint64_t bytes;
        };
        std::deque<Sent> sent;
        std::uint64_t bytes = 0;
        Held held = Held::No;
    };
    struct Link {
        std::uint64_t bytes = 0;  ///< The sum over its flows.
        std::deque<Key> line;
        bool isResumeQueued = false;  ///< The event is queued.
        /// A record did not fit into the room that the store had when it last said so.
        bool lacksRoom = false;
    };

    static LinkKey linkOf(const Group& group, ZoneIndex from, ZoneIndex to) {
        return {group.member(from).node, group.member(to).node};
    }
    /// These are true if the leader may read more for this follower, or send it a record that the
    /// log has. Otherwise the follower is held.
    bool mayRead(const Key& key, LinkKey linkKey);
    bool hasRoom(const Key& key, LinkKey linkKey, std::size_t recordBytes);
    void hold(const Key& key, LinkKey linkKey, Held why);
    void resumeIfFree(LinkKey key, Link& link);

    WorldState& m_world;
    const RecordFinder& m_finder;
    std::map<Key, Flow> m_flows;
    std::map<LinkKey, Link> m_links;
};

}  // namespace orrery::cluster
