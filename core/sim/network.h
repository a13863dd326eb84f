#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/base/prng.h"
#include "core/base/time.h"

namespace orrery::sim {

/// A machine of the modelled network, numbered from 0 in the order of addNode.
using NodeId = std::uint16_t;

/// The place of a node. It decides the class of its links, nothing else.
struct NodePlace {
    std::uint8_t region = 0;
    std::uint8_t zone = 0;
};

/// The one-way delay of a class of links: `base` plus an exponentially distributed part with the
/// mean `jitter`.
struct LinkDelay {
    Duration base{};
    Duration jitter{};
};

/// Assumption O13. All zero (the default) is the profile `drop-in`: messages arrive in the instant
/// in which they are sent, in the order of sending.
struct NetworkDelays {
    LinkDelay intraZone;
    LinkDelay interZone;
    LinkDelay interRegion;
};

/// The modelled network: whether and when a message arrives. A link is one direction between two
/// nodes. Like a TCP connection, it keeps its messages in order, and loses those in flight when it
/// is cut or an end goes down.
///
/// Each link draws from its own stream of the seed, so an additional message on one link shifts no
/// other. A node reaches itself without the network: at once, always.
class Network {
public:
    Network(std::uint64_t seed, NetworkDelays delays) : m_seed(seed), m_delays(delays) {}

    /// Adds a node and returns its id. At first all nodes are up and all links are whole.
    NodeId addNode(NodePlace place);
    std::size_t nodeCount() const { return m_nodes.size(); }

    /// Applies to new messages; those in flight keep their time.
    void setDelays(NetworkDelays delays) { m_delays = delays; }
    /// This link gets a delay of its own, whatever its class has.
    void setDelay(NodeId from, NodeId to, LinkDelay delay) { at(from, to).delay = delay; }
    /// A gray failure: this link delays each message by `extra` more. Zero heals it.
    void setExtraDelay(NodeId from, NodeId to, Duration extra) { at(from, to).extra = extra; }
    /// A gray failure: this link loses this share of its messages. {0, 1} heals it.
    void setLoss(NodeId from, NodeId to, Ratio loss) { at(from, to).loss = loss; }

    /// Cuts one direction. Healing a link does not bring back lost messages.
    void cut(NodeId from, NodeId to);
    void heal(NodeId from, NodeId to) { at(from, to).cut = false; }
    void setNodeUp(NodeId node, bool up);
    bool isCut(NodeId from, NodeId to) const;
    /// True if a message sent now would arrive, apart from random loss.
    bool isConnected(NodeId from, NodeId to) const;

    /// When a message sent at `now` arrives; nothing if it is lost. Never before the link's
    /// previous message.
    std::optional<Instant> deliverAt(NodeId from, NodeId to, Instant now);
    /// Increases whenever the messages in flight on this link are lost. A message arrives only if
    /// this still has its value from the time of sending.
    std::uint32_t epoch(NodeId from, NodeId to) const;

    /// The delay of heartbeat `number`, a function of seed, link and number alone, so that skipping
    /// a span of heartbeats has no after-effect. The caller handles cuts.
    Duration heartbeatDelay(NodeId from, NodeId to, std::uint64_t number) const;

private:
    struct Node {
        NodePlace place;
        bool up = true;
    };
    struct Link {
        Prng prng{0};
        Instant lastDelivery;
        std::optional<LinkDelay> delay;  ///< If absent, that of its class.
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
    /// One row of links per sending node.
    std::vector<std::vector<Link>> m_links;
};

}  // namespace orrery::sim
