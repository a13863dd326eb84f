#include <algorithm>

#include "core/base/result.h"
#include "core/cluster/replicas/replicator.h"

// Flow control towards followers that catch up. Records read from the log for them occupy memory
// until they are on the follower's disk. So they are bounded per message, per follower, and per
// link for all groups: a zone that returns may lack records of thousands of groups. Followers over
// the limit queue here. Uncommitted records are not limited: a quorum may wait for them, and
// waiting clients bound their number. Whether a record happens to be in memory must not matter,
// since that depends on where turns end.

namespace orrery::cluster {

using replication::AppendRequest;
using replication::Replica;

namespace {

constexpr std::size_t kMessageBytesMax = 128 * 1024;
constexpr std::uint64_t kFollowerBytesMax = 512 * 1024;
constexpr std::uint64_t kLinkBytesMax = 8 * 1024 * 1024;

}  // namespace

bool Replicator::fill(Group& group, replication::Envelope& envelope) {
    auto* request = std::get_if<AppendRequest>(&envelope.message);
    if (request == nullptr || request->range.empty()) return true;
    Replica& leader = *group.member(envelope.from).replica;
    const FlowKey key{group.id, envelope.from, envelope.to};
    const LinkKey linkKey{nodeOf(group.region, envelope.from), nodeOf(group.region, envelope.to)};
    const Lsn first = request->range.first;
    std::size_t bytes = 0;
    std::size_t readBytes = 0;
    Lsn end = first;
    for (; end <= request->range.last && bytes < kMessageBytesMax; end = end.next()) {
        const bool isCommitted = end <= leader.commitLsn();
        if (isCommitted && !mayRead(key, linkKey)) break;
        auto record = recordBytes(group, envelope.from, end);
        if (!record) {
            // What cannot be read cannot be sent. This follower stays behind; all others go on.
            m_world.reportDamage(record.error());
            break;
        }
        bytes += (*record)->size();
        if (isCommitted) readBytes += (*record)->size();
        request->entries.push_back({leader.state().log.termAt(end), end, *std::move(record)});
    }
    if (end == first) {
        // Without records, it still renews the lease, and the answer acknowledges earlier records.
        leader.hold(envelope.to, first);
        request->range = {first, Lsn(first.value() - 1)};
        return true;
    }
    const Lsn last(end.value() - 1);
    if (last < request->range.last) {
        request->range.last = last;
        leader.shortened(envelope.to, last);
    }
    if (readBytes > 0) {
        Flow& flow = m_flows[key];
        flow.sent.push_back({last, readBytes});
        flow.bytes += readBytes;
        m_links[linkKey].bytes += readBytes;
    }
    return true;
}

// The last record may exceed the limit, since any record must fit into an empty window.
bool Replicator::mayRead(const FlowKey& key, LinkKey linkKey) {
    const auto found = m_flows.find(key);
    const bool isFull = found != m_flows.end() && found->second.bytes >= kFollowerBytesMax;
    Link& link = m_links[linkKey];
    if (!isFull && link.bytes < kLinkBytesMax && m_world.acceptsWrites) return true;
    Flow& flow = m_flows[key];
    if (flow.held != Held::No) return false;
    flow.held = isFull ? Held::ByWindow : Held::InLine;
    if (!isFull) link.line.push_back(key);
    return false;
}

void Replicator::measureFlow(Group& group, ZoneIndex zone) {
    if (m_flows.empty()) return;
    const Replica& replica = *group.member(zone).replica;
    const bool leads = replica.role() == replication::Role::Leader;
    for (const ZoneIndex to : kZones) {
        const auto found = to == zone ? m_flows.end() : m_flows.find({group.id, zone, to});
        if (found == m_flows.end()) continue;
        Flow& flow = found->second;
        const LinkKey key{nodeOf(group.region, zone), nodeOf(group.region, to)};
        Link& link = m_links[key];
        const std::uint64_t before = flow.bytes;
        const auto isDone = [&](const Flow::Sent& sent) {
            return !leads || sent.last <= replica.matchedLsn(to) ||
                   sent.last >= replica.nextLsn(to);
        };
        std::erase_if(flow.sent, [&](const Flow::Sent& sent) {
            if (!isDone(sent)) return false;
            flow.bytes -= sent.bytes;
            return true;
        });
        link.bytes -= before - flow.bytes;
        if (!leads) flow.held = Held::No;  // Its entry in the queue will be skipped.
        if (flow.held == Held::ByWindow && flow.bytes <= kFollowerBytesMax / 2) {
            flow.held = Held::InLine;
            link.line.push_back(found->first);
        }
        if (flow.sent.empty() && flow.held == Held::No) m_flows.erase(found);
        resumeIfFree(key, link);
    }
}

void Replicator::resumeIfFree(LinkKey key, Link& link) {
    if (link.isResumeQueued || link.line.empty() || link.bytes >= kLinkBytesMax) return;
    link.isResumeQueued = true;
    m_world.queue.add(m_world.now, CatchUpResumes{key.first, key.second});
}

void Replicator::resumeCatchUp() {
    for (auto& [key, link] : m_links)
        resumeIfFree(key, link);
}

void Replicator::on(const CatchUpResumes& event) {
    Link& link = m_links[{event.from, event.to}];
    link.isResumeQueued = false;
    if (!m_world.acceptsWrites) return;
    while (!link.line.empty() && link.bytes < kLinkBytesMax && !m_world.failure) {
        const FlowKey key = link.line.front();
        link.line.pop_front();
        const auto flow = m_flows.find(key);
        if (flow == m_flows.end() || flow->second.held != Held::InLine) continue;
        flow->second.held = Held::No;
        Group& group = *m_world.findGroup(key.group);
        sendProposals(group, key.from);
        group.member(key.from).replica->resumeSending(key.to, m_world.now);
        drainOutputs(group, key.from);
    }
}

void Replicator::forgetFlows(GroupId id, std::optional<ZoneIndex> from) {
    const Group* group = m_world.findGroup(id);
    for (auto flow = m_flows.lower_bound({id, ZoneIndex(0), ZoneIndex(0)});
         flow != m_flows.end() && flow->first.group == id;) {
        if (from && flow->first.from != *from) {
            ++flow;
            continue;
        }
        const LinkKey key{nodeOf(group->region, flow->first.from),
                          nodeOf(group->region, flow->first.to)};
        Link& link = m_links[key];
        link.bytes -= flow->second.bytes;
        flow = m_flows.erase(flow);
        resumeIfFree(key, link);
    }
}

std::uint64_t Replicator::catchUpBytes(sim::NodeId from, sim::NodeId to) const {
    const auto link = m_links.find({from, to});
    return link == m_links.end() ? 0 : link->second.bytes;
}

}  // namespace orrery::cluster
