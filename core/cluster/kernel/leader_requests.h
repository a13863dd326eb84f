#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "core/cluster/kernel/leader_hints.h"
#include "core/cluster/kernel/world_state.h"

namespace orrery::cluster {

/// One operation of a call: a request to one group, sent until a replica answers it.
struct Op {
    enum class State : std::uint8_t {
        Unsent,  ///< Not sent, or to be sent again.
        Sent,    ///< Sent and not answered.
        Done,
    };
    GroupId group{};
    OpRequestPtr request;
    State state = State::Unsent;
    ZoneIndex target{};
    Instant sentAt;
    std::uint32_t attempts = 0;  ///< At the current group.
    std::uint32_t sending = 0;   ///< The number of the last sending.
    EventId sent{};              ///< The trace event of the last sending.
    bool isStrong = false;       ///< Other Regions have to agree, which takes longer.

    /// True if `id` names the last sending and that is unanswered.
    bool awaits(const OpId& id) const { return state == State::Sent && id.sending == sending; }
    /// True if the last sending, named by `id`, was answered, but not by the leader.
    bool awaitsRetry(const OpId& id) const {
        return state == State::Unsent && id.sending == sending;
    }
};

/// How routers, or coordinators, find the leaders of groups, send requests and repeat them. One
/// object serves all nodes, but a node uses only what it has learnt itself. The owner keeps its
/// calls, each with its ops, by number.
class LeaderRequests {
public:
    LeaderRequests(WorldState& world, OpOwner owner) : m_world(world), m_owner(owner) {}

    /// The zone in which the node in `sender` expects the leader. Nothing if the op needs no
    /// leader, if the node does not hear that zone, or if the op was sent there last and must now
    /// go elsewhere.
    std::optional<ZoneIndex> expectedLeader(const Group& group, ZoneIndex sender,
                                            const Op& op) const;
    /// Sends the op to the replica in `target`. `id.router` is the sender and `id.sending` the new
    /// number. If the message is lost, a sweep notices.
    void send(const Group& group, Op& op, OpId id, ZoneIndex target);

    /// What follows an answer.
    enum class Next : std::uint8_t {
        Take,  ///< The replica served the op.
        Send,  ///< It named another leader: the op is to be sent again at once.
        Wait,  ///< It did not serve the op: an OpRetry follows.
    };
    /// An awaited answer has arrived. Learns who leads.
    Next answered(Op& op, const OpAnswered& answered);
    void retryLater(OpId id);
    /// True if the op has been unanswered for so long that another replica is to be asked.
    bool isSlow(const Op& op) const;

    /// Queues a sweep through the owner's calls, unless there are none, or one is queued or in
    /// progress.
    template <typename T>
    void scheduleSweep(const std::map<CallNumber, T>& calls) {
        if (!m_sweepQueued && !calls.empty()) queueSweep();
    }
    /// Thousands of calls may be waiting, so each event looks at some of them, and queues another
    /// event for the next ones. `look(number, call)` returns the number of ops it has looked at.
    /// True if no calls are left; the owner then calls `sweepEnds`.
    template <typename T, typename Look>
    bool sweep(const std::map<CallNumber, T>& calls, CallNumber from, const Look& look) {
        constexpr std::size_t kOpsMax = 200;
        auto at = calls.lower_bound(from);
        for (std::size_t seen = 0; at != calls.end() && seen < kOpsMax; ++at)
            seen += std::max<std::size_t>(look(at->first, at->second), 1);
        if (at == calls.end()) return true;
        m_world.queue.add(m_world.now, CallSweep{m_owner, at->first});
        return false;
    }
    template <typename T>
    void sweepEnds(const std::map<CallNumber, T>& calls) {
        m_sweepQueued = false;
        scheduleSweep(calls);
    }

    /// The zone lost power: its node has forgotten what it had learnt.
    void zoneLost(RegionId region, ZoneIndex zone) { m_hints.forget(region, zone); }

private:
    void queueSweep();

    WorldState& m_world;
    const OpOwner m_owner;
    LeaderHints m_hints;
    bool m_sweepQueued = false;
};

}  // namespace orrery::cluster
