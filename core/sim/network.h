#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/prng.h"
#include "core/base/time.h"

namespace orrery::sim {

/// A machine of the modelled network: a small number, counted from 0 by whoever adds it.
using NodeId = std::uint16_t;

/// Where a node stands. It decides which delay its links have, nothing else.
struct NodePlace {
    std::uint8_t region = 0;
    std::uint8_t zone = 0;
};

/// The one-way delay of a class of links: `base`, and an exponentially distributed rest with the
/// mean `jitter`.
struct LinkDelay {
    Duration base{};
    Duration jitter{};
};

/// Assumption O13. All zero (as built) is the profile `drop-in`: what is sent arrives in the same
/// instant, in the order of sending.
struct NetworkDelays {
    LinkDelay intraZone;
    LinkDelay interZone;
    LinkDelay interRegion;
};

/// The modelled network: when a message arrives, and whether. A link is a direction between two
/// nodes; it keeps the order of its messages, as a TCP connection does, and loses those that are
/// under way when it is cut or an end goes down.
///
/// Each link draws from its own stream of the seed, so that a message more on one link moves no
/// other. A node that sends to itself needs no network: at once, always.
class Network {
public:
    Network(std::uint64_t seed, NetworkDelays delays) : m_seed(seed), m_delays(delays) {}

    /// Adds a node and returns its id. All nodes are up and all links whole at first.
    NodeId addNode(NodePlace place);
    std::size_t nodeCount() const { return m_nodes.size(); }

    /// From now on; messages under way keep their time.
    void setDelays(NetworkDelays delays) { m_delays = delays; }
    /// A gray failure: this link alone takes so much longer. Zero heals it.
    void setExtraDelay(NodeId from, NodeId to, Duration extra) { at(from, to).extra = extra; }
    /// A gray failure: this link loses so many of its messages. {0, 1} heals it.
    void setLoss(NodeId from, NodeId to, Ratio loss) { at(from, to).loss = loss; }

    /// One direction. Healing a link does not bring back what was lost.
    void cut(NodeId from, NodeId to);
    void heal(NodeId from, NodeId to) { at(from, to).cut = false; }
    void setNodeUp(NodeId node, bool up);
    bool isNodeUp(NodeId node) const { return m_nodes[node].up; }
    bool isCut(NodeId from, NodeId to) const;
    /// True if a message sent now would arrive (gray losses aside).
    bool isConnected(NodeId from, NodeId to) const;

    /// When a message sent at `now` arrives; nothing if it is lost. Never before the link's last.
    std::optional<Instant> deliverAt(NodeId from, NodeId to, Instant now);
    /// Goes up whenever what is under way on this link is lost. A message counts only if this still
    /// has the value that it had when the message was sent.
    std::uint32_t epoch(NodeId from, NodeId to) const;

    /// The delay of the heartbeat of this number, a function of seed, link and number alone: a span
    /// of heartbeats that is jumped over leaves nothing behind. Cuts are the caller's business.
    Duration heartbeatDelay(NodeId from, NodeId to, std::uint64_t number) const;

private:
    struct Node {
        NodePlace place;
        bool up = true;
    };
    struct Link {
        Prng prng{0};
        Instant lastDelivery;
        Duration extra{};
        Ratio loss{0, 1};
        std::uint32_t epoch = 0;
        bool cut = false;
    };

    Link& at(NodeId from, NodeId to);
    const Link& at(NodeId from, NodeId to) const;
    const LinkDelay& delayBetween(NodeId from, NodeId to) const;
    std::uint64_t linkNumber(NodeId from, NodeId to) const {
        return (std::uint64_t{from} << 16) | to;
    }

    std::uint64_t m_seed;
    NetworkDelays m_delays;
    std::vector<Node> m_nodes;
    /// A row of links for each node that sends.
    std::vector<std::vector<Link>> m_links;
};

}  // namespace orrery::sim
