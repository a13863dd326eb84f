#include <algorithm>
#include <iterator>

#include "core/base/check.h"
#include "core/base/result.h"
#include "core/base/zone_letter.h"
#include "core/cluster/replicas/replicator.h"
#include "core/storage/storage_error.h"

// Executes the outputs of replicas: disk, trees, messages, timers.

namespace orrery::cluster {

using replication::AppendRequest;
using replication::LogPosition;
using replication::LsnRange;
using replication::Output;
using replication::Replica;

namespace {

storage::StorageError unusable(const Group& group, ZoneIndex zone, Lsn lsn, std::string_view how) {
    return {"read a log record", storage::kCorrupted, "log.mdb",
            "Record " + std::to_string(lsn.value()) + " of partition " +
                std::to_string(group.id.value()) + " in zone " + letterOf(zone) + " is " +
                std::string(how) + " in log.mdb; " + std::string(storage::kRestoreOrRepair) + "."};
}

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
    const replication::Role before = group.member(zone).lastRole;
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
    measureFlow(group, zone);
    scheduleTick(group, zone);
    m_world.queue.cause = latest;
    const bool leads = replica.role() == replication::Role::Leader;
    // A group at rest keeps no records, so it trims.
    if (leads && replica.isAtRest() && group.trimMark <= group.committed) touch(group);
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
        table::LogRecord noOp;
        noOp.committedAt = nextTimestamp(group);
        group.recent.add(*out.noOp, share(table::encodeRecord(noOp)));
    }
    if (out.truncateFrom > Lsn{} || !out.persist.empty() || out.saveState != 0)
        writeToDisk(group, zone, out, incoming ? std::get_if<AppendRequest>(incoming) : nullptr);
    if (out.takeChunk)
        takeChunk(group, zone, std::get<replication::CopyChunk>(*incoming), out.beginCopy);
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
                if (!group.recent.areFarAfter(position)) group.recent.add(position, bytes);
                break;
            }
        }
        if (!bytes) bytes = take(proposed, position);
        if (!bytes) {
            // A no-op, which was remembered just before.
            const RecentRecord* recent = group.recent.find(lsn);
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

// A group that is being opened cannot be served without the record. Later, only this replica stays
// behind.
void Replicator::stopApplying(storage::StorageError error) {
    if (m_isOpening)
        m_world.fail(std::move(error));
    else
        m_world.reportDamage(std::move(error));
}

bool Replicator::applyOne(Group& group, ZoneIndex zone, Lsn lsn) {
    Member& member = group.member(zone);
    const replication::Term term = member.log().termAt(lsn);
    RecentRecord* recent = group.recent.find(lsn);
    if (recent != nullptr && recent->position.term != term) recent = nullptr;
    const auto bytes =
        recent ? storage::StorageResult<SharedBytes>(recent->bytes) : recordBytes(group, zone, lsn);
    std::shared_ptr<const table::AppliedRecord> applied = recent ? recent->applied : nullptr;
    if (!applied && bytes) {
        const auto one = table::decodeRecord(**bytes);
        if (one) applied = std::make_shared<table::AppliedRecord>(effectOf(group, *one, lsn));
        if (recent != nullptr) recent->applied = applied;
    }
    if (!applied) {
        stopApplying(bytes ? unusable(group, zone, lsn, "corrupt") : bytes.error());
        return false;
    }
    changeTree(group, zone, *applied, lsn);
    if (lsn == group.countedUpTo.next()) {
        group.countedUpTo = lsn;
        group.committedBytes += (*bytes)->size();
    }
    member.appliedBytes += (*bytes)->size();
    if (lsn == group.countedUpTo) member.appliedBytes = group.committedBytes;
    group.lastCommitTimestamp = std::max(group.lastCommitTimestamp, applied->committedAt);
    if (recent != nullptr) recent->committedAt = std::min(recent->committedAt, m_world.now);
    if (member.replica && member.replica->role() == replication::Role::Leader) {
        for (const storage::TreeChange& change : applied->changes) {
            const auto inTail = group.tail.find(change.key);
            if (inTail != group.tail.end() && inTail->second.lsn <= lsn) group.tail.erase(inTail);
        }
    }
    m_world.recorder.digest(3, group.id.value(), zone.value(), lsn.value());
    return true;
}

// An incomplete tree takes only changes of keys already copied; later chunks bring the rest.
void Replicator::changeTree(Group& group, ZoneIndex zone, const table::AppliedRecord& applied,
                            Lsn lsn) {
    Member& member = group.member(zone);
    std::vector<storage::TreeChange> copied;
    std::span<const storage::TreeChange> changes = applied.changes;
    if (member.mark.copiedTo) {
        std::ranges::copy_if(changes, std::back_inserter(copied), [&](const auto& change) {
            return change.key < *member.mark.copiedTo;
        });
        changes = copied;
        member.mark.applied = lsn;
        // All keys are there, and the counts that came with the last piece go on from its place.
        if (member.wholeMark && lsn > member.wholeMark->applied)
            table::advance(*member.wholeMark, applied, lsn);
    } else {
        table::advance(member.mark, applied, lsn);
    }
    if (m_beforeApply) m_beforeApply(group, zone, changes);
    m_world.store.apply(member.volume(), group.id, changes, member.mark);
}

EventId Replicator::apply(Group& group, ZoneIndex zone, LsnRange committed) {
    if (committed.empty()) return {};
    Member& member = group.member(zone);
    const Lsn first = std::max(committed.first, member.mark.applied.next());
    if (member.mark.copiedTo) {
        applyWhileCopying(group, zone);
        if (m_world.failure) return {};
    } else if (member.standing() != replication::Standing::NeedsCopy) {
        for (Lsn lsn = first; lsn <= committed.last; lsn = lsn.next()) {
            if (!applyOne(group, zone, lsn)) return {};
        }
    }
    // Saves the commit position together with its effect on the tree.
    member.durable.commit = std::max(member.durable.commit, committed.last);
    member.durable.caughtUp = member.replica->isCaughtUp();
    group.committed = std::max(group.committed, committed.last);
    group.measureLag(m_world.now);
    touch(group);
    const Lsn last = std::min(committed.last, member.mark.applied);
    if (first > last) return {};
    return m_world.emit(observe::LogApplied{group.ref(zone), first, last});
}

void Replicator::transmit(Group& group, replication::Envelope envelope) {
    ++m_totals.messages;
    EnvelopeHeader header{group.ref(envelope.from), envelope.to};
    const auto arrival = m_world.post.arrivalOf(header);
    if (arrival && !(fill(group, envelope) && fillCopy(group, envelope))) return;
    std::visit([&](const auto& message) { label(header, message); }, envelope.message);
    m_world.post.send(arrival, ReplicaMessage{header, std::move(envelope)});
}

void Replicator::scheduleTick(Group& group, ZoneIndex zone) {
    Member& member = group.member(zone);
    const Instant deadline = member.replica->deadline();
    if (std::exchange(member.timerAt, deadline) != deadline)
        member.timerCause = m_world.queue.cause;
    if (deadline >= member.tickAt) return;
    member.tickAt = deadline;
    m_world.queue.add(std::max(deadline, m_world.now), ReplicaTick{group.id, zone, member.life});
}

storage::StorageResult<SharedBytes> Replicator::findRecord(Group& group, ZoneIndex zone,
                                                           Lsn lsn) const {
    const Member& member = group.member(zone);
    const LogPosition position{member.log().termAt(lsn), lsn};
    const RecentRecord* recent = group.recent.find(lsn);
    if (recent != nullptr && recent->position == position) return recent->bytes;
    for (auto record = member.writing.rbegin(); record != member.writing.rend(); ++record) {
        if (record->position == position) return record->bytes;
    }
    auto bytes = m_world.store.record(member.volume(), group.id, lsn);
    if (bytes && (*bytes == nullptr || table::isWholeRecord(**bytes))) return bytes;
    auto error = bytes ? unusable(group, zone, lsn, "corrupt") : std::move(bytes).error();
    return sameRecord(group, zone, position, std::move(error));
}

// Equal positions mean equal records, so what one disk has lost another may still have. The damage
// is reported all the same.
storage::StorageResult<SharedBytes> Replicator::sameRecord(const Group& group, ZoneIndex zone,
                                                           LogPosition position,
                                                           storage::StorageError error) const {
    for (const Member& other : group.members) {
        const bool isSame = other.zone != zone && position.term > replication::Term{} &&
                            position.lsn <= other.durableLast &&
                            other.durable.log.lastTermBefore(position.lsn) == position.term;
        if (!isSame) continue;
        auto bytes = m_world.store.record(other.volume(), group.id, position.lsn);
        if (!bytes || *bytes == nullptr || !table::isWholeRecord(**bytes)) continue;
        m_world.reportDamage(std::move(error));
        return bytes;
    }
    return std::unexpected(std::move(error));
}

storage::StorageResult<SharedBytes> Replicator::recordBytes(Group& group, ZoneIndex zone,
                                                            Lsn lsn) const {
    TRY_ASSIGN(SharedBytes bytes, findRecord(group, zone, lsn));
    if (bytes != nullptr) return bytes;
    const LogPosition position{group.member(zone).log().termAt(lsn), lsn};
    return sameRecord(group, zone, position, unusable(group, zone, lsn, "missing"));
}

storage::StorageResult<table::LogRecord> Replicator::record(Group& group, ZoneIndex zone,
                                                            Lsn lsn) const {
    TRY_ASSIGN(const SharedBytes bytes, recordBytes(group, zone, lsn));
    auto decoded = table::decodeRecord(*bytes);
    if (!decoded) return std::unexpected(unusable(group, zone, lsn, "corrupt"));
    return *std::move(decoded);
}

table::AppliedRecord Replicator::effectOf(const Group& group, const table::LogRecord& record,
                                          Lsn lsn) {
    if (record.space == KeySpaceId{} || record.space == group.space)
        return table::applyRecord(record, lsn, *group.schema);
    table::AppliedRecord nothing;
    nothing.committedAt = record.committedAt;
    return nothing;
}

// No record's stamp is later than its commit timestamp. So a write, which has no other stamp, is
// stamped after every transaction whose records precede it.
CalendarTime Replicator::nextTimestamp(Group& group, std::optional<CalendarTime> stamp) {
    const CalendarTime next(group.lastCommitTimestamp.sinceEpoch() + Duration(1));
    group.lastCommitTimestamp = std::max({m_world.calendar(), next, stamp.value_or(next)});
    return group.lastCommitTimestamp;
}

EventId Replicator::traceLeadership(Group& group, ZoneIndex zone) {
    Member& member = group.member(zone);
    const replication::Role before = std::exchange(member.lastRole, member.replica->role());
    if (member.lastRole == before) return {};
    if (before == replication::Role::Leader) return stopped(group, zone);
    if (member.lastRole != replication::Role::Leader) return {};
    ++m_totals.elections;
    const std::uint64_t term = member.replica->term().value();
    // The election is the cause of its no-op and of everything it requests now.
    m_world.queue.cause = m_world.emit(observe::LeaderElected{group.ref(zone), term});
    group.leaderHint = zone;
    group.tail.clear();
    member.leaseEnd = {};
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
    const bool isNew = std::exchange(member.leaseEnd, end) <= m_world.now && end > m_world.now;
    return isNew ? m_world.emit(observe::LeaseTaken{group.ref(zone), end}) : EventId{};
}

}  // namespace orrery::cluster
