#pragma once

#include <cstdint>
#include <utility>

#include "core/cluster/kernel/world_state.h"

namespace orrery::cluster {

/// Carries the messages between the leaders of a base partition and of an index partition. The two
/// may be in zones with a cut link between them, and both may serve: each has a majority with the
/// third zone. Then the node of the third zone passes their messages on. Without that, the log of
/// the base partition would keep everything that the index lacks for as long as the link is cut.
///
/// A message has a `header`, which names the zones of one hop, and a `target`, its last zone.
class IndexPost {
public:
    explicit IndexPost(WorldState& world) : m_world(world) {}

    /// Sends a message from the zone that its header names towards its target.
    template <typename Message>
    void send(Message message) {
        message.header.to =
            nextZone(message.header.from.region, message.header.from.zone, message.target);
        m_world.post.send(std::move(message));
    }
    /// Handles an arrival; see Post::arrives. False if the message was lost in flight, or if this
    /// zone is not its target and has passed it on.
    template <typename Message>
    bool arrives(const Message& message, std::uint64_t what) {
        if (!m_world.post.arrives(message.header, what)) return false;
        const ZoneIndex here = message.header.to;
        if (here == message.target) return true;
        Message onward = message;
        onward.header.from.zone = here;
        onward.header.to = message.target;
        m_world.post.send(std::move(onward));
        return false;
    }

private:
    /// The target if the node of `from` hears it, or hears no other zone; otherwise the third zone.
    ZoneIndex nextZone(RegionId region, ZoneIndex from, ZoneIndex target) const;

    WorldState& m_world;
};

}  // namespace orrery::cluster
