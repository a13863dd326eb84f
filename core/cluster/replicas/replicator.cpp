#include "core/cluster/replicas/replicator.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/base/result.h"

namespace orrery::cluster {

using replication::AppendRequest;
using replication::Replica;

namespace {

/// Groups that are removed before the queue of changed groups is cleared of them.
constexpr std::size_t kRemovedMax = 1000;

}  // namespace

Replicator::Replicator(WorldState& world, const LogBounds& bounds)
    : m_world(world),
      m_bounds(bounds),
      m_trimmer(world, m_bounds),
      m_saver(world, m_trimmer),
      m_finder(world),
      m_applier(world, m_finder, m_saver),
      m_flow(world, m_finder),
      m_copier(world, m_bounds, m_applier, m_saver, m_trimmer),
      m_opener(world, m_finder, m_applier, m_trimmer) {
    if (world.plantedBug == PlantedBug::TailUnsettled)
        m_options.plantedBug = replication::PlantedBug::TailUnsettled;
    if (world.plantedBug == PlantedBug::JournalCommitsAlone)
        m_journalOptions.plantedBug = replication::PlantedBug::CommitWithoutQuorum;
    profileChanged();
}

void Replicator::setListener(GroupListener& listener) {
    m_listener = &listener;
    m_copier.setListener(listener);
}

void Replicator::profileChanged() {
    m_options.lease = m_world.profile.lease;
    m_options.renew = m_world.profile.renew;
    m_options.electionDelay = m_world.profile.detection;
    m_journalOptions.lease = m_options.lease;
    m_journalOptions.renew = m_options.renew;
    // A candidate waits for votes for a quarter of it. They come from other Regions.
    m_journalOptions.electionDelay = m_world.profile.detection * 4;
    m_journalOptions.yieldDelay = m_world.profile.detection;
}

Group& Replicator::create(GroupPlan plan) {
    Group& group = add(std::move(plan));
    for (Member& member : group.members) {
        member.durable = replication::DurableState::appoint(group.appointed);
        if (m_world.hasPower(group, member.zone))
            install(group, member.zone, replication::Start::Resume);
    }
    return group;
}

Group& Replicator::add(GroupPlan plan) {
    auto made = std::make_unique<Group>();
    made->id = plan.id;
    made->kind = plan.kind;
    made->region = plan.region;
    made->table = plan.table;
    made->space = plan.space;
    made->begin = std::move(plan.begin);
    made->end = std::move(plan.end);
    made->appointed = plan.appointed;
    made->leaderHint = plan.appointed;
    if (plan.seats) made->seats = std::make_unique<Seats>(*plan.seats);
    made->members.resize(kZones.size());
    for (const ZoneIndex zone : kZones) {
        made->member(zone).node = nodeOf(made->regionOf(zone), zone);
        made->member(zone).zone = zone;
    }
    if (m_world.findGroup(plan.id) != nullptr) {
        CHECK(m_world.plantedBug == PlantedBug::CountersEarly);
        if (m_listener != nullptr) m_listener->removed(plan.id);
    }
    Group& group = m_world.groups.put(plan.id.value(), std::move(made));
    m_world.partitions.add(group.space, group.begin, group.id);
    if (group.seats != nullptr) {
        m_world.journals.push_back(group.id);
        m_world.queue.add(m_world.now, JournalAdded{group.id});
    }
    return group;
}

storage::StorageResult<void> Replicator::reopen(Group& group) {
    TRY(m_opener.load(group));
    return resume(group);
}

storage::StorageResult<void> Replicator::reopenShared(Group& group) {
    TRY(m_opener.loadShared(group));
    touch(group);
    return resume(group);
}

storage::StorageResult<void> Replicator::resume(Group& group) {
    m_applier.setOpening(true);
    const storage::StorageResult<void> resumed = resumeReplicas(group);
    m_applier.setOpening(false);
    return resumed;
}

storage::StorageResult<void> Replicator::resumeReplicas(Group& group) {
    for (const Member& member : group.members) {
        if (m_world.hasPower(group, member.zone)) {
            makeReplica(group, member.zone, replication::Start::Resume);
        } else {
            TRY(m_opener.applyWithoutPower(group, member.zone));
        }
    }
    m_opener.replay(group);
    for (const Member& member : group.members) {
        if (m_world.failure) return std::unexpected(*m_world.failure);
        if (member.replica) begin(group, member.zone);
    }
    if (m_world.failure) return std::unexpected(*m_world.failure);
    TRY(m_opener.rebuildTail(group));
    wakeIfUneven(group);
    return {};
}

// Without this, a resting follower that missed the last CommitNotice lags until the next write. In
// a group without a leader, each replica that knows no leader looks for one.
void Replicator::wakeIfUneven(Group& group) {
    const Lsn first = group.members.front().durable.commit;
    bool even = true;
    for (const Member& member : group.members)
        even = even && member.durable.commit == first &&
               member.standing() == replication::Standing::Whole;
    if (even) return;
    for (const Member& member : group.members) {
        if (member.replica) requestLease(group, member.zone);
    }
}

void Replicator::remove(GroupId id) {
    if (m_listener != nullptr) m_listener->removed(id);
    m_flow.forget(id, std::nullopt);
    m_trimmer.forget(id);
    m_copier.forget(id);
    std::erase(m_world.journals, id);
    const bool isLeft = m_world.plantedBug == PlantedBug::GroupLeftBehind &&
                        m_world.findGroup(id)->kind == GroupKind::Index;
    if (!isLeft) m_world.turn.dropGroup(id);
    m_world.groups.erase(id.value());
    // The queue may never be drained, so removed groups are dropped from it now and then.
    if (++m_removedInQueue < kRemovedMax) return;
    m_removedInQueue = 0;
    m_world.changedGroups.removeIf(
        [this](GroupId one) { return m_world.findGroup(one) == nullptr; });
}

void Replicator::install(Group& group, ZoneIndex zone, replication::Start start) {
    makeReplica(group, zone, start);
    begin(group, zone);
}

void Replicator::makeReplica(Group& group, ZoneIndex zone, replication::Start start) {
    Member& member = group.member(zone);
    reconcileStanding(member);
    const std::uint64_t stream = group.id.value() * kZonesPerRegion + zone.value();
    const auto& options = group.seats == nullptr ? m_options : m_journalOptions;
    member.replica =
        std::make_unique<Replica>(zone, options, member.durable, member.durableLast, start,
                                  Prng::stream(m_world.seed, "replica", stream), m_world.now);
    member.replica->trimmed(member.firstKept);
    member.traced.role = member.replica->role();
}

void Replicator::begin(Group& group, ZoneIndex zone) {
    Member& member = group.member(zone);
    // The records that were known to be committed but had not reached the tree.
    if (member.standing() != replication::Standing::NeedsCopy)
        apply(group, zone, {member.mark.applied.next(), member.replica->commitLsn()});
    // Tells the new replica what its node knows about the other nodes.
    for (const ZoneIndex other : kZones) {
        if (m_world.suspects(group, zone, other)) member.replica->suspect(other, m_world.now);
    }
    drainOutputs(group, zone);
}

Lsn Replicator::propose(Group& group, ZoneIndex zone, table::LogRecord record) {
    const table::LocalIndexChanges localIndexes = table::localIndexChanges(record, *group.schema);
    return propose(group, zone, std::move(record), localIndexes).lsn;
}

Replicator::Proposed Replicator::propose(Group& group, ZoneIndex zone, table::LogRecord record,
                                         const table::LocalIndexChanges& localIndexes) {
    Member& member = group.member(zone);
    Replica& replica = *member.replica;
    // Otherwise a no-op of its term could precede the record, and would be remembered after it.
    CHECK(replica.canServe(m_world.now));
    const Lsn lsn = replica.propose(m_world.now);
    Proposed proposed{lsn, nullptr};
    record.committedAt = nextTimestamp(member, record.stamp);
    if (m_beforePropose) m_beforePropose(group, zone, record);
    auto applied = std::make_shared<table::AppliedRecord>(
        table::applyRecord(record, lsn, *group.schema, localIndexes));
    const replication::LogPosition position{replica.term(), lsn};
    const SharedBytes bytes = share(table::encodeRecord(record));
    group.log.recent.add(position, bytes);
    for (const storage::TreeChange& change : applied->changes) {
        group.tail[change.key] = {lsn, change.image};
        if (change.key == record.key) proposed.stored = change.image;
    }
    member.deletedStampMax = std::max(member.deletedStampMax, applied->deletedStamp);
    group.log.recent.newest().applied = std::move(applied);
    if (member.proposed.empty()) {
        member.proposedCause = m_world.queue.cause;
        m_world.queue.add(m_world.now, ProposalsLeave{group.id, zone, member.life});
    }
    // Another replica may take a record of another leader at this position before this one leaves.
    member.proposed.push_back({position, bytes});
    return proposed;
}

void Replicator::sendProposals(Group& group, ZoneIndex zone) {
    const Member& member = group.member(zone);
    if (member.proposed.empty()) return;
    const CauseScope scope(m_world.queue, member.proposedCause);
    drainOutputs(group, zone);
}

void Replicator::requestLease(Group& group, ZoneIndex zone) {
    const Member& member = group.member(zone);
    Replica& replica = *member.replica;
    const Instant deadline = replica.deadline();
    replica.requestLease(m_world.now);
    // Its outputs leave together with the proposed records.
    if (!member.proposed.empty()) return;
    if (replica.hasOutput() || replica.deadline() != deadline) drainOutputs(group, zone);
}

void Replicator::wakeLeader(Group& group) {
    if (group.member(group.leaderHint).replica) requestLease(group, group.leaderHint);
}

void Replicator::handOver(Group& group, ZoneIndex from, ZoneIndex to) {
    sendProposals(group, from);
    group.member(from).replica->prepareHandOver(to, m_world.now);
    drainOutputs(group, from);
}

void Replicator::on(ReplicaMessage& message) {
    const auto& envelope = message.envelope;
    m_copier.arrives(message.header, envelope.message);
    if (!m_world.post.arrives(message.header, message.header.lsn.value())) return;
    Group* group = m_world.findGroup(message.header.from.group);
    if (group == nullptr) return;
    Member& member = group->member(envelope.to);
    if (!member.replica) return;
    sendProposals(*group, envelope.to);
    member.replica->step(envelope, m_world.now);
    m_copier.note(*group, envelope);
    drainOutputs(*group, envelope.to, &envelope.message);
}

void Replicator::on(DiskDone& done) {
    Group* group = m_world.findGroup(done.group);
    if (group == nullptr) return;
    Member& member = group->member(done.zone);
    if (done.life != member.life || !member.replica) return;
    sendProposals(*group, done.zone);
    const VolumeId volume = member.volume();
    if (done.logBase > Lsn{}) {
        if (done.logBase < member.durableLast)
            m_world.turn.truncate(volume, group->id, done.logBase.next());
        member.durableLast = done.logBase;
        member.firstKept = done.logBase.next();
        m_world.turn.setTrimMark(volume, group->id, member.firstKept);
    }
    if (done.truncateFrom > Lsn{} && done.truncateFrom <= member.durableLast) {
        m_world.turn.truncate(volume, group->id, done.truncateFrom);
        member.durableLast = Lsn(done.truncateFrom.value() - 1);
    }
    Lsn first{};
    if (done.upTo.term > replication::Term{}) {
        for (WritingRecord& record : member.writing) {
            // A record of a later term at the same position is a different write.
            if (record.written || record.position > done.upTo) continue;
            m_world.turn.append(volume, group->id, record.position.lsn, record.bytes);
            record.written = true;
            member.durableLast = record.position.lsn;
            if (first == Lsn{}) first = record.position.lsn;
        }
    }
    if (done.stateNumber != 0) {
        done.state.commit = std::max(done.state.commit, member.durable.commit);
        member.durable = std::move(done.state);
    }
    touch(*group);
    m_world.recorder.digest(2, group->id.value(), done.zone.value(), member.durableLast.value());
    if (first > Lsn{}) {
        m_world.queue.cause =
            m_world.emit(observe::LogAppended{group->ref(done.zone), first, member.durableLast});
    }
    if (done.stateNumber != 0) member.replica->stateSaved(done.stateNumber, m_world.now);
    if (done.upTo.term > replication::Term{}) member.replica->persisted(done.upTo, m_world.now);
    if (done.logBase > Lsn{}) {
        m_copier.advance(*group, done.zone);
        group->measureLag(m_world.now);
    }
    drainOutputs(*group, done.zone);
}

void Replicator::on(const ReplicaTick& tick) {
    Group* group = m_world.findGroup(tick.group);
    if (group == nullptr) return;
    Member& member = group->member(tick.zone);
    if (tick.life != member.life || !member.replica || m_world.now < member.tickAt) return;
    member.tickAt = Instant::never();
    sendProposals(*group, tick.zone);
    m_world.queue.cause = member.traced.deadlineCause;
    member.replica->tick(m_world.now);
    drainOutputs(*group, tick.zone);
}

void Replicator::on(const ProposalsLeave& leave) {
    Group* group = m_world.findGroup(leave.group);
    if (group == nullptr || group->member(leave.zone).life != leave.life) return;
    sendProposals(*group, leave.zone);
}

void Replicator::on(const CatchUpResumes& link) {
    m_flow.resumes(link);
    while (!m_world.failure) {
        const auto follower = m_flow.next(link);
        if (!follower) return;
        Group& group = *m_world.findGroup(follower->group);
        sendProposals(group, follower->from);
        group.member(follower->from).replica->resumeSending(follower->to, m_world.now);
        drainOutputs(group, follower->from);
    }
}

void Replicator::on(const CopyStep& step) {
    Group* group = m_world.findGroup(step.group);
    if (group != nullptr && m_copier.step(*group, step)) drainOutputs(*group, step.zone);
}

void Replicator::powerLoss(Group& group, ZoneIndex zone) {
    Member& member = group.member(zone);
    ++member.life;
    const CauseScope scope(m_world.queue);
    if (std::exchange(member.traced.role, replication::Role::Follower) == replication::Role::Leader)
        m_world.queue.cause = stopped(group, zone);
    member.replica.reset();
    member.proposed.clear();
    m_flow.forget(group.id, zone);
    // The store may not return a record before the turn with its write ends.
    std::erase_if(member.writing, [](const WritingRecord& record) { return !record.written; });
    // Changes the durable state directly: whenever the process stops, this replica may lack records
    // that it has already sent to others, so it must not resume as leader.
    if (member.durable.leader == zone) member.durable.leader.reset();
    member.durable.caughtUp = false;
    member.assignedTimestamp = {};
    member.deletedStampMax = 0;
    m_copier.forget(group, zone);
    touch(group);
    member.tickAt = member.traced.deadline = Instant::never();
    if (m_listener != nullptr) m_listener->moved(group);
}

void Replicator::powerBack(Group& group, ZoneIndex zone) {
    install(group, zone, replication::Start::PowerLoss);
}

void Replicator::reportReachability(Group& group, ZoneIndex observer, ZoneIndex observed,
                                    bool heard) {
    Member& member = group.member(observer);
    if (!member.replica) return;
    const bool isUnheard = heard && m_world.plantedBug == PlantedBug::HealingUnheard &&
                           member.replica->role() == replication::Role::Leader;
    if (isUnheard) return;
    sendProposals(group, observer);
    if (heard) {
        member.replica->heard(observed, m_world.now);
    } else {
        member.replica->suspect(observed, m_world.now);
    }
    drainOutputs(group, observer);
}

}  // namespace orrery::cluster
