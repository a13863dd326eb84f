#include "core/cluster/replicas/lease_queue.h"

#include <algorithm>
#include <iterator>

namespace orrery::cluster {

void LeaseQueue::arrives(Group& group, ParkedOp asked) {
    const replication::Replica& replica = *group.member(asked.zone).replica;
    m_replicator.requestLease(group, asked.zone);
    if (replica.takesRequests(m_world.now)) return m_serve(group, asked);
    if (replica.role() != replication::Role::Leader) return redirect(group, asked);
    m_parked.of(group.id).push_back(std::move(asked));
}

void LeaseQueue::redirect(Group& group, const ParkedOp& asked) const {
    auto result = std::make_unique<OpResult>();
    result->answer = Redirect{group.member(asked.zone).replica->leaderHint()};
    m_answer(group, asked.zone, asked.op, std::move(result));
}

void LeaseQueue::park(GroupId group, std::vector<ParkedOp> requests) {
    if (!requests.empty()) std::ranges::move(requests, std::back_inserter(m_parked.of(group)));
}

bool LeaseQueue::waits(GroupId group) const {
    const Parked* parked = m_parked.find(group);
    return parked != nullptr && !parked->empty();
}

void LeaseQueue::moved(Group& group) {
    Parked* waiting = m_parked.find(group.id);
    if (waiting == nullptr || waiting->empty()) return;
    Parked parked = std::exchange(*waiting, {});
    for (ParkedOp& asked : parked) {
        const auto& replica = group.member(asked.zone).replica;
        if (!replica) continue;  // The replica lost power; the router notices by timeout.
        if (m_world.now >= asked.request->deadline) continue;  // The router has given up.
        if (replica->role() != replication::Role::Leader) {
            redirect(group, asked);
        } else if (replica->takesRequests(m_world.now)) {
            m_serve(group, asked);
        } else {
            waiting->push_back(std::move(asked));
        }
    }
}

}  // namespace orrery::cluster
