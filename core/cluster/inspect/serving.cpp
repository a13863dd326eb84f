#include "core/cluster/inspect/serving.h"

#include <algorithm>

namespace orrery::cluster {
namespace {

/// Looks at one group as somebody who sees all nodes and links.
class Looker {
public:
    Looker(const WorldState& world, const Group& group) : m_world(world), m_group(group) {}

    observe::ServingView look() const {
        observe::ServingView view;
        const Member* leader = newestLeader();
        leader != nullptr ? lookAtLeader(*leader, view) : lookWithoutLeader(view);
        bool isRead = false;
        for (const Member& member : m_group.members)
            isRead = isRead || servesReads(member);
        if (!isRead) view.why = "no replica serves: " + missing(nullptr);
        for (const ZoneIndex zone : kZones)
            view.zones[zone.value()] = from(zone, leader, view);
        view.whole = {view.whole.writes, view.whole.strongReads, isRead};
        return view;
    }

private:
    bool isUp(const Member& member) const { return m_world.isUp(m_group, member.zone); }

    bool servesReads(const Member& member) const {
        return member.role == replication::MemberRole::Storage && isUp(member) &&
               member.replica->isCaughtUp();
    }

    /// True if neither direction is cut and neither node misses the heartbeats of the other.
    bool areLinked(ZoneIndex a, ZoneIndex b) const {
        if (a == b) return true;
        if (m_world.suspects(m_group, a, b) || m_world.suspects(m_group, b, a)) return false;
        const auto nodeA = nodeOf(m_group.region, a);
        const auto nodeB = nodeOf(m_group.region, b);
        return m_group.seats != nullptr ||
               (!m_world.network.isCut(nodeA, nodeB) && !m_world.network.isCut(nodeB, nodeA));
    }

    /// A leader without a majority may not know of a newer one.
    const Member* newestLeader() const {
        const Member* newest = nullptr;
        for (const Member& member : m_group.members) {
            if (!isUp(member) || member.replica->role() != replication::Role::Leader) continue;
            const bool isNewer =
                newest == nullptr || newest->replica->term() < member.replica->term();
            if (isNewer) newest = &member;
        }
        return newest;
    }

    bool reachesMajority(ZoneIndex zone) const {
        const auto reached = std::ranges::count_if(m_group.members, [&](const Member& one) {
            return isUp(one) && areLinked(zone, one.zone);
        });
        return 2 * static_cast<std::size_t>(reached) > m_group.members.size();
    }

    bool isAtRest() const {
        return std::ranges::all_of(m_group.members, [&](const Member& one) {
            return !isUp(one) || one.replica->isAtRest();
        });
    }

    /// True if a replica still takes a member that is down for its leader.
    bool hasLostLeader() const {
        return std::ranges::any_of(m_group.members, [&](const Member& one) {
            if (!isUp(one)) return false;
            const auto hint = one.replica->leaderHint();
            return hint && !m_world.isUp(m_group, *hint);
        });
    }

    std::string nameOf(ZoneIndex zone) const {
        return zoneName(m_world.region(m_group.regionOf(zone)), zone);
    }

    /// Which members `hub` does not reach; without it, those that are down.
    std::string missing(const Member* hub) const {
        std::string down;
        std::string cut;
        for (const Member& member : m_group.members) {
            std::string* list = !isUp(member) ? &down : nullptr;
            if (list == nullptr && hub != nullptr && !areLinked(hub->zone, member.zone))
                list = &cut;
            if (list == nullptr) continue;
            if (!list->empty()) *list += " and ";
            *list += nameOf(member.zone);
        }
        if (!down.empty()) down += down.find(" and ") == down.npos ? " has failed" : " have failed";
        if (cut.empty()) return down.empty() ? "its replicas are catching up" : down;
        return (down.empty() ? "" : down + ", ") + "no link to " + cut;
    }

    void lookAtLeader(const Member& leader, observe::ServingView& view) const {
        const replication::Replica& replica = *leader.replica;
        const bool serves = replica.canServe(m_world.now);
        if (!reachesMajority(leader.zone)) {
            view.whole = {false, serves, true};
            view.why =
                "the leader, " + nameOf(leader.zone) + ", reaches no majority: " + missing(&leader);
            return;
        }
        // A leader at rest renews its lease in one round, also if its log is empty; a new one may
        // have to wait for the lease of the one before it.
        const Lsn first = replica.state().log.firstOf(replica.term());
        const bool hasBegun = first != Lsn{} && replica.commitLsn() >= first;
        if (serves || hasBegun || replica.isAtRest()) return;
        view.whole = {false, false, true};
        view.why = "the new leader, " + nameOf(leader.zone) + ", does not serve yet";
    }

    void lookWithoutLeader(observe::ServingView& view) const {
        const bool isPossible = std::ranges::any_of(m_group.members, [&](const Member& one) {
            return isUp(one) && reachesMajority(one.zone);
        });
        if (isPossible && isAtRest() && !hasLostLeader()) return;
        view.whole = {false, false, true};
        view.why = isPossible ? "no leader: the replicas are electing one"
                              : "no leader, and no majority: " + missing(firstUp());
    }

    const Member* firstUp() const {
        const auto up =
            std::ranges::find_if(m_group.members, [&](const Member& one) { return isUp(one); });
        return up == m_group.members.end() ? nullptr : &*up;
    }

    /// What a client can do by the router of this zone.
    observe::Ability from(ZoneIndex zone, const Member* leader,
                          const observe::ServingView& view) const {
        if (!m_world.hasPower(m_group, zone)) return {false, false, false};
        const bool isLinked = leader == nullptr || areLinked(zone, leader->zone);
        const bool reads = std::ranges::any_of(m_group.members, [&](const Member& one) {
            return servesReads(one) && areLinked(zone, one.zone);
        });
        return {view.whole.writes && isLinked, view.whole.strongReads && isLinked, reads};
    }

    const WorldState& m_world;
    const Group& m_group;
};

}  // namespace

observe::ServingView servingOf(const WorldState& world, const Group& group) {
    return Looker(world, group).look();
}

}  // namespace orrery::cluster
