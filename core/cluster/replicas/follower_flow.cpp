#include "core/cluster/replicas/follower_flow.h"

#include <algorithm>
#include <utility>

#include "core/base/result.h"

namespace orrery::cluster {

using replication::AppendRequest;
using replication::Replica;

namespace {

constexpr std::size_t kMessageBytesMax = 128 * 1024;
constexpr std::uint64_t kFollowerBytesMax = 512 * 1024;
constexpr std::uint64_t kLinkBytesMax = 8 * 1024 * 1024;

}  // namespace

void FollowerFlow::fill(Group& group, ZoneIndex from, ZoneIndex to, AppendRequest& request) {
    if (request.range.empty()) return;
    Replica& leader = *group.member(from).replica;
    const Key key{group.id, from, to};
    const LinkKey linkKey = linkOf(group, from, to);
    const Lsn first = request.range.first;
    std::size_t bytes = 0;
    std::size_t readBytes = 0;
    Lsn end = first;
    for (; end <= request.range.last && bytes < kMessageBytesMax; end = end.next()) {
        const bool isCommitted = end <= leader.commitLsn();
        if (isCommitted && !mayRead(key, linkKey)) break;
        auto record = m_finder.bytes(group, from, end);
        if (!record) {
            // What cannot be read cannot be sent. This follower stays behind; all others go on.
            m_world.reportDamage(record.error());
            break;
        }
        if (isCommitted && !hasRoom(key, linkKey, (*record)->size())) break;
        bytes += (*record)->size();
        if (isCommitted) readBytes += (*record)->size();
        request.entries.push_back({leader.state().log.termAt(end), end, *std::move(record)});
    }
    if (end == first) {
        // Without records, it still renews the lease, and the answer acknowledges earlier records.
        leader.hold(to, first);
        request.range = {first, Lsn(first.value() - 1)};
        return;
    }
    const Lsn last(end.value() - 1);
    if (last < request.range.last) {
        request.range.last = last;
        leader.shortened(to, last);
    }
    if (readBytes > 0) {
        Flow& flow = m_flows[key];
        flow.sent.push_back({last, readBytes});
        flow.bytes += readBytes;
        m_links[linkKey].bytes += readBytes;
    }
}

// The last record may exceed the limit, since any record must fit into an empty window.
bool FollowerFlow::mayRead(const Key& key, LinkKey linkKey) {
    const auto found = m_flows.find(key);
    const bool isFull = found != m_flows.end() && found->second.bytes >= kFollowerBytesMax;
    const Link& link = m_links[linkKey];
    const bool isAllowed = link.bytes < kLinkBytesMax && !link.lacksRoom && m_world.acceptsWrites;
    if (!isFull && isAllowed) return true;
    hold(key, linkKey, isFull ? Held::ByWindow : Held::InLine);
    return false;
}

// In whole pages, once in the follower's log and twice in its tree.
bool FollowerFlow::hasRoom(const Key& key, LinkKey linkKey, std::size_t recordBytes) {
    if (!m_world.room.isLimited()) return true;
    if (m_world.takeRoom(RoomFor::CatchUp, 3 * (kPageBytes + recordBytes))) return true;
    m_links[linkKey].lacksRoom = true;
    hold(key, linkKey, Held::InLine);
    return false;
}

void FollowerFlow::hold(const Key& key, LinkKey linkKey, Held why) {
    Flow& flow = m_flows[key];
    if (flow.held != Held::No) return;
    flow.held = why;
    if (why == Held::InLine) m_links[linkKey].line.push_back(key);
}

void FollowerFlow::measure(const Group& group, ZoneIndex zone) {
    if (m_flows.empty()) return;
    const Replica& replica = *group.member(zone).replica;
    const bool leads = replica.role() == replication::Role::Leader;
    for (const ZoneIndex to : kZones) {
        const auto found = to == zone ? m_flows.end() : m_flows.find({group.id, zone, to});
        if (found == m_flows.end()) continue;
        Flow& flow = found->second;
        const LinkKey key = linkOf(group, zone, to);
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

void FollowerFlow::resumeIfFree(LinkKey key, Link& link) {
    const bool isBlocked = link.bytes >= kLinkBytesMax || link.lacksRoom;
    if (link.isResumeQueued || link.line.empty() || isBlocked) return;
    link.isResumeQueued = true;
    m_world.queue.add(m_world.now, CatchUpResumes{key.first, key.second});
}

void FollowerFlow::resumeAll() {
    for (auto& [key, link] : m_links) {
        link.lacksRoom = false;
        resumeIfFree(key, link);
    }
}

void FollowerFlow::resumes(const CatchUpResumes& event) {
    m_links[{event.from, event.to}].isResumeQueued = false;
}

std::optional<FollowerFlow::Key> FollowerFlow::next(const CatchUpResumes& event) {
    Link& link = m_links[{event.from, event.to}];
    if (!m_world.acceptsWrites) return std::nullopt;
    while (!link.line.empty() && link.bytes < kLinkBytesMax && !link.lacksRoom) {
        const Key key = link.line.front();
        link.line.pop_front();
        const auto flow = m_flows.find(key);
        if (flow == m_flows.end() || flow->second.held != Held::InLine) continue;
        flow->second.held = Held::No;
        return key;
    }
    return std::nullopt;
}

void FollowerFlow::forget(GroupId id, std::optional<ZoneIndex> from) {
    const Group* group = m_world.findGroup(id);
    for (auto flow = m_flows.lower_bound({id, ZoneIndex(0), ZoneIndex(0)});
         flow != m_flows.end() && flow->first.group == id;) {
        if (from && flow->first.from != *from) {
            ++flow;
            continue;
        }
        const LinkKey key = linkOf(*group, flow->first.from, flow->first.to);
        Link& link = m_links[key];
        link.bytes -= flow->second.bytes;
        flow = m_flows.erase(flow);
        resumeIfFree(key, link);
    }
}

std::uint64_t FollowerFlow::bytesInFlight(sim::NodeId from, sim::NodeId to) const {
    const auto link = m_links.find({from, to});
    return link == m_links.end() ? 0 : link->second.bytes;
}

}  // namespace orrery::cluster
