#include "core/cluster/replicas/replicator.h"
#include "core/base/result.h"

#include <algorithm>

#include "core/base/check.h"
#include "core/cluster/replicas/group_state.h"

namespace orrery::cluster {

using replication::AppendRequest;
using replication::Replica;

Group& Replicator::create(GroupId id, RegionId region, KeySpaceId table, KeySpaceId space,
                          std::string begin, std::string end, ZoneIndex leader) {
    Group& group = add(id, region, table, space, std::move(begin), std::move(end), leader);
    for (const ZoneIndex zone : kZones) {
        group.member(zone).durable = replication::DurableState::appoint(leader);
        if (m_world.region(region).up[zone.value()])
            install(group, zone, replication::Start::Resume);
    }
    return group;
}

Group& Replicator::add(GroupId id, RegionId region, KeySpaceId table, KeySpaceId space,
                       std::string begin, std::string end, ZoneIndex leader) {
    auto made = std::make_unique<Group>();
    made->id = id;
    made->region = region;
    made->table = table;
    made->space = space;
    made->begin = std::move(begin);
    made->end = std::move(end);
    made->appointed = leader;
    made->leaderHint = leader;
    if (m_world.groups.size() <= id.value()) m_world.groups.resize(id.value() + 1);
    CHECK(m_world.groups[id.value()] == nullptr || m_world.plantedBug == PlantedBug::CountersEarly);
    Group& group = *made;
    m_world.groups[id.value()] = std::move(made);
    m_world.partitions.add(space, group.begin, id);
    return group;
}

storage::StorageResult<void> Replicator::reopen(Group& group) {
    TRY(recall(group));
    TRY(recallTimestamp(group));
    deposeLossy(group);
    return resume(group);
}

storage::StorageResult<void> Replicator::reopenShared(Group& group) {
    TRY(recall(group));
    for (const ZoneIndex zone : kZones) {
        Member& member = group.member(zone);
        if (member.durableLast > member.durable.commit) {
            m_world.turn.truncate(volumeOf(group.region, zone), group.id,
                                  member.durable.commit.next());
            member.durableLast = member.durable.commit;
        }
        member.mark = {};
    }
    m_world.touch(group);
    TRY(recallTimestamp(group));
    return resume(group);
}

storage::StorageResult<void> Replicator::recall(Group& group) {
    TRY_ASSIGN(const auto state,
               m_world.store.groupState(volumeOf(group.region, ZoneIndex(0)), group.id));
    GroupState states;
    if (state) {
        auto decoded = decodeGroupState(*state);
        if (!decoded) return std::unexpected(storage::StorageError{"decodeGroupState", 0, ""});
        states = std::move(*decoded);
    } else {
        states.replicas.fill(replication::DurableState::appoint(group.leaderHint));
    }
    group.indexedUpTo = states.indexedUpTo;
    if (m_world.plantedBug != PlantedBug::TimestampsForgotten)
        group.lastCommitTimestamp = states.lastCommitTimestamp.value_or(CalendarTime());
    TRY_ASSIGN(group.trimMark, m_world.store.trimMark(group.id));
    for (const ZoneIndex zone : kZones) {
        const VolumeId volume = volumeOf(group.region, zone);
        Member& member = group.member(zone);
        member.durable = states.replicas[zone.value()];
        TRY_ASSIGN(member.durableLast, m_world.store.lastLsn(volume, group.id));
        TRY_ASSIGN(member.mark, m_world.store.mark(volume, group.id));
        group.committed = std::max(group.committed, member.durable.commit);
        if (member.durable.leader) group.leaderHint = *member.durable.leader;
    }
    return {};
}

// A state of version 1 does not tell the last commit timestamp; the end of the longest log does.
storage::StorageResult<void> Replicator::recallTimestamp(Group& group) {
    if (group.lastCommitTimestamp != CalendarTime()) return {};
    if (m_world.plantedBug == PlantedBug::TimestampsForgotten) return {};
    for (const ZoneIndex zone : kZones) {
        const Lsn last = group.member(zone).durableLast;
        if (last == Lsn{}) continue;
        TRY_ASSIGN(const SharedBytes bytes,
                   m_world.store.record(volumeOf(group.region, zone), group.id, last));
        const auto decoded = bytes ? table::decodeRecord(*bytes) : std::nullopt;
        if (decoded)
            group.lastCommitTimestamp = std::max(group.lastCommitTimestamp, decoded->committedAt);
    }
    return {};
}

// A leader sends a record before its own disk has it. Should another have it and the leader not,
// the leader must not give its place to another record in the same term.
void Replicator::deposeLossy(Group& group) {
    for (const ZoneIndex zone : kZones) {
        Member& member = group.member(zone);
        if (member.durable.leader != zone) continue;
        const bool lacks = std::ranges::any_of(group.members, [&](const Member& other) {
            if (other.durableLast <= member.durableLast) return false;
            replication::LogShape log = other.durable.log;
            log.endAt(other.durableLast);
            return log.lastPosition().term == member.durable.term;
        });
        if (lacks) member.durable.leader.reset();
    }
}

storage::StorageResult<void> Replicator::resume(Group& group) {
    for (const ZoneIndex zone : kZones) {
        if (!m_world.region(group.region).up[zone.value()]) continue;
        install(group, zone, replication::Start::Resume);
        if (m_world.failure) return std::unexpected(*m_world.failure);
    }
    TRY(recallTail(group));
    wakeIfUneven(group);
    return {};
}

// A follower at rest that missed the last word of its leader would stay behind until the next
// write. Where nobody leads, whoever knows no leader looks for one.
void Replicator::wakeIfUneven(Group& group) {
    const Lsn first = group.members[0].durable.commit;
    bool even = true;
    for (const Member& member : group.members)
        even = even && member.durable.commit == first;
    if (even) return;
    for (const ZoneIndex zone : kZones) {
        if (group.member(zone).replica) requestLease(group, zone);
    }
}

// A leader that resumes has records above its commit LSN that it may yet commit: what it evaluates
// must see them, as it did before the stop.
// A replica that was cut off may still take itself for the leader of an earlier term: the tail is
// that of the latest.
storage::StorageResult<void> Replicator::recallTail(Group& group) {
    std::optional<ZoneIndex> leader;
    for (const ZoneIndex one : kZones) {
        const auto& candidate = group.member(one).replica;
        if (!candidate || candidate->role() != replication::Role::Leader) continue;
        if (!leader || candidate->term() > group.member(*leader).replica->term()) leader = one;
    }
    if (!leader) return {};
    const ZoneIndex zone = *leader;
    const Replica& replica = *group.member(zone).replica;
    const Lsn last = replica.lastPosition().lsn;
    for (Lsn lsn = replica.commitLsn().next(); lsn <= last; lsn = lsn.next()) {
        TRY_ASSIGN(const table::LogRecord one, record(group, zone, lsn));
        const auto applied = effectOf(group, one, lsn);
        for (const storage::TreeChange& change : applied.changes)
            group.tail[change.key] = {lsn, change.image};
        group.lastCommitTimestamp = std::max(group.lastCommitTimestamp, one.committedAt);
    }
    return {};
}

void Replicator::remove(GroupId id) {
    forgetFlows(id, std::nullopt);
    m_world.turn.dropGroup(id);
    m_world.groups[id.value()].reset();
}

void Replicator::install(Group& group, ZoneIndex zone, replication::Start start) {
    Member& member = group.member(zone);
    const std::uint64_t stream = group.id.value() * kZonesPerRegion + zone.value();
    member.replica = std::make_unique<Replica>(
        zone, m_world.replicaOptions, member.durable, member.durableLast, start,
        Prng::stream(m_world.seed, "replica", stream), m_world.now);
    member.lastRole = member.replica->role();
    // What was known to be committed when it stopped, and had not reached the tree.
    apply(group, zone, {member.mark.applied.next(), member.replica->commitLsn()});
    // What its node knows already is news to a replica that is new.
    for (const ZoneIndex other : kZones) {
        if (m_world.region(group.region).suspects[zone.value()][other.value()])
            member.replica->suspect(other, m_world.now);
    }
    pump(group, zone);
}

Lsn Replicator::propose(Group& group, ZoneIndex zone, table::LogRecord record) {
    const table::LocalIndexChanges localIndexes = table::localIndexChanges(record, *group.schema);
    return propose(group, zone, std::move(record), localIndexes);
}

Lsn Replicator::propose(Group& group, ZoneIndex zone, table::LogRecord record,
                        const table::LocalIndexChanges& localIndexes) {
    Replica& replica = *group.member(zone).replica;
    const Lsn lsn = replica.propose(m_world.now);
    record.committedAt = nextTimestamp(group);
    auto applied = std::make_shared<table::AppliedRecord>(
        table::applyRecord(record, lsn, *group.schema, localIndexes));
    remember(group, {replica.term(), lsn}, share(table::encodeRecord(record)));
    for (const storage::TreeChange& change : applied->changes)
        group.tail[change.key] = {lsn, change.image};
    group.recent.back().applied = std::move(applied);
    pump(group, zone);
    return lsn;
}

void Replicator::requestLease(Group& group, ZoneIndex zone) {
    group.member(zone).replica->requestLease(m_world.now);
    pump(group, zone);
}

void Replicator::on(ReplicaMessage& message) {
    const auto& envelope = message.envelope;
    if (!m_world.arrives(message.flight, message.flight.lsn.value())) return;
    Group* group = m_world.findGroup(message.flight.from.group);
    if (group == nullptr) return;
    Member& member = group->member(envelope.to);
    if (!member.replica) return;
    member.replica->step(envelope, m_world.now);
    pump(*group, envelope.to, std::get_if<AppendRequest>(&envelope.message));
}

void Replicator::on(DiskDone& done) {
    Group* group = m_world.findGroup(done.group);
    if (group == nullptr) return;
    Member& member = group->member(done.zone);
    if (done.life != member.life || !member.replica) return;
    const VolumeId volume = volumeOf(group->region, done.zone);
    if (done.truncateFrom > Lsn{} && done.truncateFrom <= member.durableLast) {
        m_world.turn.truncate(volume, group->id, done.truncateFrom);
        member.durableLast = Lsn(done.truncateFrom.value() - 1);
    }
    Lsn first{};
    if (done.upTo.term > replication::Term{}) {
        for (WritingRecord& record : member.writing) {
            // A later term's in the place of one that was cut off meanwhile is a later write.
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
    m_world.touch(*group);
    m_world.digest(2, group->id.value(), done.zone.value(), member.durableLast.value());
    if (first > Lsn{}) {
        m_world.queue.cause =
            m_world.emit(observe::LogAppended{group->ref(done.zone), first, member.durableLast});
    }
    if (done.stateNumber != 0) member.replica->stateSaved(done.stateNumber, m_world.now);
    if (done.upTo.term > replication::Term{}) member.replica->persisted(done.upTo, m_world.now);
    pump(*group, done.zone);
}

void Replicator::on(const ReplicaTick& tick) {
    Group* group = m_world.findGroup(tick.group);
    if (group == nullptr) return;
    Member& member = group->member(tick.zone);
    if (tick.life != member.life || !member.replica || m_world.now < member.tickAt) return;
    member.tickAt = Instant::never();
    m_world.queue.cause = member.timerCause;
    member.replica->tick(m_world.now);
    pump(*group, tick.zone);
}

void Replicator::powerLoss(Group& group, ZoneIndex zone) {
    Member& member = group.member(zone);
    ++member.life;
    const CauseScope scope(m_world);
    if (std::exchange(member.lastRole, replication::Role::Follower) == replication::Role::Leader)
        m_world.queue.cause = stopped(group, zone);
    member.replica.reset();
    forgetFlows(group.id, zone);
    // What the modelled disk has, the store may not show before the turn ends.
    std::erase_if(member.writing, [](const WritingRecord& record) { return !record.written; });
    // A fact about the node, not something that it must remember: whenever the process stops, this
    // replica may lack records that it has already given to others, so it must not resume as
    // leader.
    if (member.durable.leader == zone) member.durable.leader.reset();
    member.durable.caughtUp = false;
    m_world.touch(group);
    member.tickAt = member.timerAt = Instant::never();
    if (m_listener) m_listener(group);
}

void Replicator::powerBack(Group& group, ZoneIndex zone) {
    install(group, zone, replication::Start::PowerLoss);
}

void Replicator::news(Group& group, ZoneIndex observer, ZoneIndex observed, bool heard) {
    Member& member = group.member(observer);
    if (!member.replica) return;
    if (heard) {
        member.replica->heard(observed, m_world.now);
    } else {
        member.replica->suspect(observed, m_world.now);
    }
    pump(group, observer);
}

void Replicator::saveStates() {
    for (const GroupId id : m_world.dirtyGroups) {
        Group* group = m_world.findGroup(id);
        if (group == nullptr) continue;
        group->stateDirty = false;
        GroupState states;
        states.indexedUpTo = group->indexedUpTo;
        states.lastCommitTimestamp = group->lastCommitTimestamp;
        for (const ZoneIndex zone : kZones) {
            states.replicas[zone.value()] = group->member(zone).durable;
        }
        m_world.turn.putGroupState(volumeOf(group->region, ZoneIndex(0)), id,
                                   encodeGroupState(states));
        moveTrimMark(*group);
        m_committing.push_back(id);
    }
    m_world.dirtyGroups.clear();
}

// The lowest of what the three replicas have applied and of the readers' cursors (section 4,
// "Trimming"). It may lag, so it moves in steps and costs most turns nothing.
void Replicator::moveTrimMark(Group& group) {
    constexpr std::uint64_t kStep = 256;
    Lsn needed(UINT64_MAX);
    for (const Member& member : group.members)
        needed = std::min(needed, member.mark.applied);
    const TablePtr table = m_world.catalog.find(group.table);
    if (!group.isIndex() && table != nullptr && table->hasGlobalIndexes())
        needed = std::min(needed, group.indexedUpTo);
    const Lsn mark(needed.value() / kStep * kStep);
    if (mark <= group.trimMark) return;
    group.trimMark = mark;
    m_world.turn.setTrimMark(group.id, mark);
}

// What is on its way to a quorum stays at hand, and a few more: a member that is behind finds what
// it has in the store, or on its way there.
void Replicator::forgetRecent(Group& group, Lsn appliedByAll, Lsn appliedByTwo) {
    constexpr std::size_t kRecordsMax = 64;
    constexpr std::uint64_t kBytesMax = 32 * 1024;
    auto& recent = group.recent;
    while (!recent.empty() && recent.front().position.lsn <= appliedByAll)
        recent.pop_front();
    std::size_t kept = 0;
    std::uint64_t bytes = 0;
    for (auto record = recent.rbegin();
         record != recent.rend() && kept < kRecordsMax && bytes < kBytesMax; ++record) {
        ++kept;
        bytes += record->bytes->size();
    }
    while (recent.size() > kept && recent.front().position.lsn <= appliedByTwo)
        recent.pop_front();
}

void Replicator::turnCommitted() {
    for (const GroupId id : m_committing) {
        Group* group = m_world.findGroup(id);
        if (group == nullptr) continue;
        std::array<Lsn, kZonesPerRegion> applied;
        for (const ZoneIndex zone : kZones) {
            Member& member = group->member(zone);
            while (!member.writing.empty() && member.writing.front().written)
                member.writing.pop_front();
            applied[zone.value()] = member.mark.applied;
        }
        std::ranges::sort(applied);
        forgetRecent(*group, applied[0], applied[1]);
    }
    m_committing.clear();
}

}  // namespace orrery::cluster
