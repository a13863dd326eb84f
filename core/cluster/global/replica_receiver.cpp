#include "core/cluster/global/replica_receiver.h"

#include <algorithm>
#include <utility>

#include "core/cluster/writes/replicated_writer.h"

namespace orrery::cluster {

void ReplicaReceiver::on(const ReplicaBatchArrives& arrived) {
    if (!m_world.post.arrives(arrived.header, arrived.batch->number)) return;
    const ZoneIndex zone = arrived.header.to;
    Group* group = m_world.findGroup(arrived.header.from.group);
    if (group == nullptr || !group->member(zone).replica) return;
    m_replicator.requestLease(*group, zone);
    admit(*group, {arrived.batch, zone, {}, {}});
}

void ReplicaReceiver::admit(Group& group, Pending pending) {
    // Its sender repeats the batch.
    if (m_world.damage) return;
    const replication::Replica& replica = *group.member(pending.zone).replica;
    if (replica.takesRequests(m_world.now)) return take(group, std::move(pending));
    if (replica.role() != replication::Role::Leader)
        return answer(group, pending, ReplicaBatchOutcome::NotLeader);
    // Keeps only one copy of a repeated batch.
    auto& parked = m_inboxes.of(group.id).parked;
    std::erase_if(parked, [&](const Pending& one) {
        return one.zone == pending.zone && one.batch->source == pending.batch->source;
    });
    parked.push_back(std::move(pending));
}

bool ReplicaReceiver::waits(GroupId group) const {
    const Inbox* inbox = m_inboxes.find(group);
    return inbox != nullptr && !inbox->parked.empty();
}

void ReplicaReceiver::take(Group& group, Pending pending) {
    pending.term = group.member(pending.zone).replica->term();
    pending.lost = 0;
    bool isBusy = false;
    const ReplicatedWriter writer{m_world, m_replicator, m_prepared, m_sizes};
    for (const ReplicatedChange& change : pending.batch->changes) {
        // A batch for a table that is being dropped, or that was one partition once.
        if (m_world.partitions.find(change.record.key) != group.id) continue;
        const auto taken = writer.write(group, pending.zone, change.record);
        if (!taken) {
            m_world.reportDamage(taken.error());
            return answer(group, pending, ReplicaBatchOutcome::Damaged);
        }
        // A deletion has room where the item before it has none.
        isBusy = isBusy || taken->outcome == ReplicatedWrite::Outcome::Busy;
        const bool isLost = taken->outcome == ReplicatedWrite::Outcome::Lost;
        if (isLost && change.first != Lsn{}) ++pending.lost;
        pending.restsOn = std::max(pending.restsOn, taken->restsOn);
    }
    if (isBusy) return answer(group, pending, ReplicaBatchOutcome::Busy);
    if (pending.restsOn <= group.member(pending.zone).mark.applied)
        return answer(group, pending, ReplicaBatchOutcome::Taken);
    m_inboxes.of(group.id).waiting.push_back(std::move(pending));
}

const ReplicaReceiver::Taken* ReplicaReceiver::taken(KeySpaceId table, RegionId from) const {
    const auto known = m_taken.find({table, from});
    return known == m_taken.end() ? nullptr : &known->second;
}

void ReplicaReceiver::count(const Group& group, const Pending& pending) {
    const ReplicaBatch& batch = *pending.batch;
    auto& counted = m_inboxes.of(group.id).counted[batch.source];
    const std::pair place{batch.term, batch.number};
    if (place <= counted) return;
    counted = place;
    Taken& taken = m_taken[{group.table, batch.region}];
    taken.lost += pending.lost;
    for (const ReplicatedChange& change : batch.changes) {
        if (change.first == Lsn{}) continue;  // It was there before the replica.
        const CalendarTime since = change.record.originCommittedAt.value_or(m_world.calendar());
        ++taken.changes;
        // Commit timestamps may run ahead of the calendar, since each is greater than the last one.
        taken.latency = std::max(m_world.calendar().sinceEpoch() - since.sinceEpoch(), Duration());
        taken.latencySum += taken.latency;
    }
}

void ReplicaReceiver::moved(Group& group) {
    Inbox* inbox = m_inboxes.find(group.id);
    if (inbox == nullptr || (inbox->waiting.empty() && inbox->parked.empty())) return;
    std::vector<Pending> waiting = std::exchange(inbox->waiting, {});
    std::vector<Pending> parked = std::exchange(inbox->parked, {});
    for (Pending& pending : waiting) {
        const Member& member = group.member(pending.zone);
        if (!member.replica) continue;
        const bool leads = member.replica->role() == replication::Role::Leader &&
                           member.replica->term() == pending.term;
        if (!leads) {
            answer(group, pending, ReplicaBatchOutcome::NotLeader);
        } else if (member.mark.applied >= pending.restsOn) {
            answer(group, pending, ReplicaBatchOutcome::Taken);
        } else {
            inbox->waiting.push_back(std::move(pending));
        }
    }
    for (Pending& pending : parked) {
        if (group.member(pending.zone).replica) admit(group, std::move(pending));
    }
}

void ReplicaReceiver::answer(const Group& group, const Pending& pending,
                             ReplicaBatchOutcome outcome) {
    const ReplicaBatch& batch = *pending.batch;
    if (outcome == ReplicaBatchOutcome::Taken) count(group, pending);
    const EnvelopeHeader header{.from = group.ref(pending.zone),
                                .to = batch.sender,
                                .kind = observe::MessageKind::ReplicaBatchReply,
                                .toRegion = batch.region};
    ReplicaBatchAnswered answered{.header = header,
                                  .source = batch.source,
                                  .term = batch.term,
                                  .number = batch.number,
                                  .outcome = outcome,
                                  .leader = std::nullopt};
    if (const auto& replica = group.member(pending.zone).replica)
        answered.leader = replica->leaderHint();
    m_world.post.send(answered);
}

}  // namespace orrery::cluster
