#include <algorithm>

#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/cluster/replicas/replicator.h"

// Executes the outputs of replicas: disk, trees, messages, timers.

namespace orrery::cluster {

using replication::AppendRequest;
using replication::LogPosition;
using replication::LsnRange;
using replication::Output;
using replication::Replica;

namespace {

// Takes the bytes of a proposed record, of which there are no gaps; null if it is none of them.
SharedBytes take(std::vector<ProposedRecord>& proposed, LogPosition position) {
    if (proposed.empty() || position.lsn < proposed.front().position.lsn) return nullptr;
    const std::uint64_t at = position.lsn.value() - proposed.front().position.lsn.value();
    if (at >= proposed.size() || proposed[at].position != position) return nullptr;
    return std::move(proposed[at].bytes);
}

// Sets what the trace says about a message.

using observe::MessageKind;

void label(EnvelopeHeader& header, const AppendRequest& request) {
    header.kind = request.range.empty() ? MessageKind::Renew : MessageKind::Append;
    if (!request.range.empty()) header.lsn = request.range.last;
}
void label(EnvelopeHeader& header, const replication::CommitNotice& notice) {
    header.kind = MessageKind::Commit;
    header.lsn = notice.commit;
}
void label(EnvelopeHeader& header, const replication::AppendReply& reply) {
    header.kind = MessageKind::AppendReply;
    header.lsn = reply.matched;
}
void label(EnvelopeHeader& header, const replication::CheckRequest& request) {
    header.kind = MessageKind::Check;
    header.lsn = request.last.lsn;
}
void label(EnvelopeHeader& header, const replication::CheckReply&) {
    header.kind = MessageKind::CheckReply;
}
void label(EnvelopeHeader& header, const replication::VoteRequest& request) {
    header.kind = MessageKind::Vote;
    header.lsn = request.last.lsn;
}
void label(EnvelopeHeader& header, const replication::CopyRequest& request) {
    header.kind = MessageKind::CopyRequest;
    header.lsn = request.applied;
}
void label(EnvelopeHeader& header, const replication::CopyChunk& chunk) {
    header.kind = MessageKind::Copy;
    header.lsn = chunk.position.lsn;
}
void label(EnvelopeHeader& header, const replication::HandOver&) {
    header.kind = MessageKind::HandOver;
}
void label(EnvelopeHeader& header, const replication::VoteReply&) {
    header.kind = MessageKind::VoteReply;
}

}  // namespace

void Replicator::drainOutputs(Group& group, ZoneIndex zone, const replication::Message* incoming) {
    const CauseScope scope(m_world.queue);
    m_world.changedGroups.add(group.id);
    Replica& replica = *group.member(zone).replica;
    const Lsn committedBefore = group.committed;
    const replication::Role before = group.member(zone).traced.role;
    // The latest event that others wait for becomes the cause of the answers sent now.
    EventId latest = m_world.queue.cause;
    const auto note = [&](EventId event) { latest = std::max(latest, event); };
    note(traceLeadership(group, zone));
    note(traceLease(group, zone));
    while (replica.hasOutput() && !m_world.failure) {
        Output out = replica.takeOutput();
        note(handleOutput(group, zone, out, incoming));
    }
    if (m_world.failure) return;
    m_flow.measure(group, zone);
    scheduleTick(group, zone);
    m_world.queue.cause = latest;
    const bool leads = replica.role() == replication::Role::Leader;
    // A group at rest keeps no records, so it trims.
    if (leads && replica.isAtRest() && group.log.trimMark <= group.committed) touch(group);
    const bool moved = group.committed != committedBefore || before != replica.role();
    // Requests wait only for progress at a leader.
    if (m_listener != nullptr && (moved || (leads && m_listener->waits(group))))
        m_listener->moved(group);
    // Everything that this leader was asked has been answered by now.
    if (m_world.failure || !replica.mayHandOver()) return;
    replica.handOver(m_world.now);
    drainOutputs(group, zone);
}

EventId Replicator::handleOutput(Group& group, ZoneIndex zone, Output& out,
                                 const replication::Message* incoming) {
    if (out.noOp) {
        beginTerm(group, zone, out.noOp->lsn);
        table::LogRecord noOp;
        noOp.committedAt = nextTimestamp(group.member(zone));
        group.log.recent.add(*out.noOp, share(table::encodeRecord(noOp)));
    }
    if (out.truncateFrom > Lsn{} || !out.persist.empty() || out.saveState != 0)
        writeToDisk(group, zone, out, incoming ? std::get_if<AppendRequest>(incoming) : nullptr);
    if (out.takeChunk)
        m_copier.takeChunk(group, zone, std::get<replication::CopyChunk>(*incoming), out.beginCopy);
    EventId committed{};
    EventId applied{};
    if (!out.committed.empty()) {
        committed = m_world.emit(
            observe::LogCommitted{group.ref(zone), out.committed.first, out.committed.last});
        const CauseScope scope(m_world.queue, committed);
        applied = apply(group, zone, out.committed);
    }
    for (replication::Envelope& envelope : out.send) {
        const CauseScope scope(m_world.queue);
        const bool tells = std::holds_alternative<replication::CommitNotice>(envelope.message);
        if (tells && committed > EventId{}) m_world.queue.cause = committed;
        transmit(group, std::move(envelope));
    }
    return applied;
}

void Replicator::writeToDisk(Group& group, ZoneIndex zone, const Output& out,
                             const AppendRequest* incoming) {
    Member& member = group.member(zone);
    DiskDone done;
    done.group = group.id;
    done.zone = zone;
    done.life = member.life;
    done.truncateFrom = out.truncateFrom;
    if (out.beginCopy) {
        done.logBase = member.replica->state().copyBase.lsn;
        std::erase_if(member.writing, [](const WritingRecord& record) { return !record.written; });
    }
    if (out.truncateFrom > Lsn{}) {
        std::erase_if(member.writing, [&](const WritingRecord& record) {
            return !record.written && record.position.lsn >= out.truncateFrom;
        });
    }
    // All of them are to be persisted now.
    std::vector<ProposedRecord> proposed = std::exchange(member.proposed, {});
    const auto& log = member.replica->state().log;
    for (Lsn lsn = out.persist.first; lsn <= out.persist.last; lsn = lsn.next()) {
        const LogPosition position{log.termAt(lsn), lsn};
        SharedBytes bytes;
        if (incoming != nullptr) {
            for (const auto& entry : incoming->entries) {
                if (entry.lsn != lsn || entry.term != position.term) continue;
                bytes = entry.bytes;
                if (!group.log.recent.areFarAfter(position)) group.log.recent.add(position, bytes);
                break;
            }
        }
        if (!bytes) bytes = take(proposed, position);
        if (!bytes) {
            // A no-op, which was remembered just before.
            const RecentRecord* recent = group.log.recent.find(lsn);
            CHECK(recent != nullptr && recent->position == position);
            bytes = recent->bytes;
        }
        member.writing.push_back({position, std::move(bytes), false});
        done.upTo = position;
    }
    if (out.saveState != 0) {
        done.stateNumber = out.saveState;
        done.state = member.replica->state();
    }
    // Writes complete in order, even if the disk delay has been shortened since.
    member.diskFreeAt = std::max(member.diskFreeAt, m_world.now + m_world.profile.disk);
    m_world.queue.add(member.diskFreeAt, std::move(done));
}

EventId Replicator::apply(Group& group, ZoneIndex zone, LsnRange committed) {
    if (committed.empty()) return {};
    Member& member = group.member(zone);
    const Lsn first = std::max(committed.first, member.mark.applied.next());
    if (member.mark.copiedTo) {
        m_copier.advance(group, zone);
        if (m_world.failure) return {};
    } else if (member.standing() != replication::Standing::NeedsCopy) {
        for (Lsn lsn = first; lsn <= committed.last; lsn = lsn.next()) {
            if (!m_applier.apply(group, zone, lsn)) return {};
        }
    }
    return m_applier.noteApplied(group, zone, first, committed.last);
}

bool Replicator::complete(Group& group, replication::Envelope& envelope) {
    using namespace replication;
    const ZoneIndex from = envelope.from;
    const ZoneIndex to = envelope.to;
    return std::visit(
        Overloaded{[&](AppendRequest& request) {
                       m_flow.fill(group, from, to, request);
                       return true;
                   },
                   [&](CopyRequest& request) { return m_copier.fill(group, from, request); },
                   [&](CopyChunk& chunk) { return m_copier.fill(group, from, to, chunk); },
                   []<OneOf<CommitNotice, AppendReply, CheckRequest, CheckReply, VoteRequest,
                            VoteReply, HandOver>
                          T>(const T&) { return true; }},
        envelope.message);
}

void Replicator::transmit(Group& group, replication::Envelope envelope) {
    ++m_totals.messages;
    EnvelopeHeader header{group.ref(envelope.from), envelope.to};
    if (group.seats != nullptr) header.toRegion = group.regionOf(envelope.to);
    const auto arrival = m_world.post.arrivalOf(header);
    if (arrival && !complete(group, envelope)) return;
    std::visit([&](const auto& message) { label(header, message); }, envelope.message);
    m_world.post.send(arrival, ReplicaMessage{header, std::move(envelope)});
}

void Replicator::scheduleTick(Group& group, ZoneIndex zone) {
    Member& member = group.member(zone);
    const Instant deadline = member.replica->deadline();
    if (std::exchange(member.traced.deadline, deadline) != deadline)
        member.traced.deadlineCause = m_world.queue.cause;
    if (deadline >= member.tickAt) return;
    member.tickAt = deadline;
    m_world.queue.add(std::max(deadline, m_world.now), ReplicaTick{group.id, zone, member.life});
}

// No record's stamp is later than its commit timestamp. So a write, which has no other stamp, is
// stamped after every transaction whose records precede it.
CalendarTime Replicator::nextTimestamp(Member& leader, std::optional<CalendarTime> stamp) const {
    const CalendarTime last = std::max(leader.assignedTimestamp, leader.lastCommitTimestamp);
    const CalendarTime next(last.sinceEpoch() + Duration(1));
    leader.assignedTimestamp = std::max({m_world.calendar(), next, stamp.value_or(next)});
    return leader.assignedTimestamp;
}

// What other leaders assigned, this one knows only from its log (core/decisions/0004). Timestamps
// rise along a log, so those of the records that it has not applied are at most the last one's. The
// stamps of deletions are all in the tree's mark before it serves.
void Replicator::beginTerm(Group& group, ZoneIndex zone, Lsn noOp) {
    Member& member = group.member(zone);
    member.assignedTimestamp = {};
    member.deletedStampMax = 0;
    if (m_world.plantedBug == PlantedBug::LogEndUnread) return;
    for (Lsn lsn(noOp.value() - 1); lsn > member.mark.applied; lsn = Lsn(lsn.value() - 1)) {
        const auto last = m_finder.record(group, zone, lsn);
        if (last) member.assignedTimestamp = last->committedAt;
        if (last) return;
        m_world.reportDamage(last.error());
    }
}

EventId Replicator::traceLeadership(Group& group, ZoneIndex zone) {
    Member& member = group.member(zone);
    const replication::Role before = std::exchange(member.traced.role, member.replica->role());
    if (member.traced.role == before) return {};
    if (before == replication::Role::Leader) {
        m_trimmer.forgetOffers(group.id, zone);
        return stopped(group, zone);
    }
    if (member.traced.role != replication::Role::Leader) return {};
    ++m_totals.elections;
    const std::uint64_t term = member.replica->term().value();
    // The election is the cause of its no-op and of everything it requests now.
    m_world.queue.cause = m_world.emit(observe::LeaderElected{group.ref(zone), term});
    group.leaderHint = zone;
    group.tail.clear();
    member.traced.leaseEnd = {};
    return m_world.queue.cause;
}

EventId Replicator::stopped(Group& group, ZoneIndex zone) {
    const std::uint64_t term = group.member(zone).replica->term().value();
    return m_world.emit(observe::LeaderStopped{group.ref(zone), term});
}

EventId Replicator::traceLease(Group& group, ZoneIndex zone) {
    Member& member = group.member(zone);
    if (member.replica->role() != replication::Role::Leader) return {};
    const Instant end = member.replica->leaseEnd();
    const bool isNew =
        std::exchange(member.traced.leaseEnd, end) <= m_world.now && end > m_world.now;
    return isNew ? m_world.emit(observe::LeaseTaken{group.ref(zone), end}) : EventId{};
}

}  // namespace orrery::cluster
