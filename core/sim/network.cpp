#include "core/sim/network.h"

#include <algorithm>

#include "core/base/check.h"

namespace orrery::sim {
namespace {

Duration draw(Prng& prng, const LinkDelay& delay) {
    if (delay.jitter <= Duration::zero()) return delay.base;
    const auto mean = static_cast<std::uint64_t>(delay.jitter.count());
    return delay.base + Duration(static_cast<std::int64_t>(prng.exponential(mean)));
}

}  // namespace

NodeId Network::addNode(NodePlace place) {
    CHECK(m_nodes.size() < UINT16_MAX);
    const auto added = static_cast<NodeId>(m_nodes.size());
    m_nodes.push_back({place, true});
    m_links.emplace_back();
    for (NodeId from = 0; from <= added; ++from) {
        std::vector<Link>& row = m_links[from];
        while (row.size() < m_nodes.size()) {
            Link link;
            const auto to = static_cast<NodeId>(row.size());
            link.prng = Prng::stream(m_seed, "network", linkNumber(from, to));
            row.push_back(link);
        }
    }
    return added;
}

void Network::cut(NodeId from, NodeId to) {
    Link& link = at(from, to);
    if (link.cut) return;
    link.cut = true;
    ++link.epoch;
}

void Network::setNodeUp(NodeId node, bool up) {
    if (m_nodes[node].up == up) return;
    m_nodes[node].up = up;
    if (up) return;
    for (NodeId other = 0; other < static_cast<NodeId>(m_nodes.size()); ++other) {
        ++at(node, other).epoch;
        if (other != node) ++at(other, node).epoch;
    }
}

bool Network::isCut(NodeId from, NodeId to) const {
    return from != to && at(from, to).cut;
}

bool Network::isConnected(NodeId from, NodeId to) const {
    return m_nodes[from].up && m_nodes[to].up && !isCut(from, to);
}

std::optional<Instant> Network::deliverAt(NodeId from, NodeId to, Instant now) {
    if (!isConnected(from, to)) return std::nullopt;
    if (from == to) return now;
    Link& link = at(from, to);
    if (link.loss.numerator != 0 && link.prng.chance(link.loss)) return std::nullopt;
    const Instant arrival = now + draw(link.prng, delayBetween(from, to)) + link.extra;
    link.lastDelivery = std::max(link.lastDelivery, arrival);
    return link.lastDelivery;
}

std::uint32_t Network::epoch(NodeId from, NodeId to) const {
    return at(from, to).epoch;
}

Duration Network::heartbeatDelay(NodeId from, NodeId to, std::uint64_t number) const {
    const std::uint64_t link = linkNumber(from, to);
    Prng prng = Prng::stream(m_seed, "heartbeat", (link << 32) ^ number);
    return draw(prng, delayBetween(from, to)) + at(from, to).extra;
}

Network::Link& Network::at(NodeId from, NodeId to) {
    return m_links[from][to];
}

const Network::Link& Network::at(NodeId from, NodeId to) const {
    return m_links[from][to];
}

const LinkDelay& Network::delayBetween(NodeId from, NodeId to) const {
    const Link& link = at(from, to);
    if (link.delay) return *link.delay;
    const NodePlace& a = m_nodes[from].place;
    const NodePlace& b = m_nodes[to].place;
    if (a.region != b.region) return m_delays.interRegion;
    return a.zone == b.zone ? m_delays.intraZone : m_delays.interZone;
}

}  // namespace orrery::sim
