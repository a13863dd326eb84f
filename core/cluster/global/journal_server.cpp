#include "core/cluster/global/journal_server.h"

#include <algorithm>
#include <string>
#include <utility>

#include "core/base/result.h"
#include "core/cluster/replicas/log_reader.h"
#include "core/cluster/writes/item_versions.h"
#include "core/cluster/writes/item_view.h"
#include "core/cluster/writes/write_evaluation.h"

namespace orrery::cluster {

using Kind = JournalRequest::Kind;

namespace {

bool isSame(const std::optional<ItemVersion>& newest, const std::optional<KnownVersion>& known) {
    if (!newest || !known) return !newest && !known;
    return newest->at == known->at && newest->region == known->region;
}

}  // namespace

JournalServer::Answer JournalServer::answerByPost(WorldState& world) {
    return [&world](const Group& journal, ZoneIndex zone, const JournalRequest& request,
                    JournalOutcome outcome) {
        EnvelopeHeader header{.from = journal.ref(zone),
                              .to = request.sender,
                              .kind = observe::MessageKind::JournalReply};
        if (request.region != header.from.region) header.toRegion = request.region;
        JournalAnswered answered{header, request.id, outcome, std::nullopt};
        if (const auto& replica = journal.member(zone).replica)
            answered.leader = replica->leaderHint();
        world.post.send(answered);
    };
}

void JournalServer::on(const JournalAsked& asked) {
    if (!m_world.post.arrives(asked.header, asked.request->id.number)) return;
    Group* const journal = m_world.findGroup(asked.header.from.group);
    if (journal != nullptr) serve(*journal, asked.header.to, asked.request, asked.isRepeated);
}

void JournalServer::serve(Group& journal, ZoneIndex zone,
                          std::shared_ptr<const JournalRequest> request, bool isRepeated) {
    if (!journal.member(zone).replica) return;
    m_replicator.requestLease(journal, zone);
    admit(journal, {std::move(request), isRepeated, zone, {}, {}, {}});
}

void JournalServer::admit(Group& journal, Pending pending) {
    const replication::Replica& replica = *journal.member(pending.zone).replica;
    if (replica.takesRequests(m_world.now)) return take(journal, std::move(pending));
    if (replica.role() != replication::Role::Leader)
        return answer(journal, pending, JournalOutcome::NotLeader);
    // Keeps only one copy of a repeated request.
    auto& parked = m_work.of(journal.id).parked;
    std::erase_if(parked, [&](const Pending& one) {
        return one.zone == pending.zone && one.request->id == pending.request->id;
    });
    parked.push_back(std::move(pending));
}

bool JournalServer::waits(GroupId journal) const {
    const Work* const work = m_work.find(journal);
    return work != nullptr && !work->parked.empty();
}

void JournalServer::take(Group& journal, Pending pending) {
    const replication::Replica& replica = *journal.member(pending.zone).replica;
    pending.term = replica.term();
    if (pending.request->kind == Kind::Fence) {
        // What it has committed while it serves has every write that was acknowledged before the
        // fence was sent.
        pending.restsOn = replica.commitLsn();
        pending.outcome = JournalOutcome::Done;
    } else if (const auto decided = decide(journal, pending); !decided) {
        m_world.reportDamage(decided.error());
        return answer(journal, pending, JournalOutcome::Failed);
    }
    if (isReady(journal, pending)) return answer(journal, pending, pending.outcome);
    m_work.of(journal.id).waiting.push_back(std::move(pending));
}

// A write that is sent again may have been taken by this leader, which remembers it, or by an
// earlier one. If it is not in this leader's log, no member can commit it any more. If it is, the
// newest version is that write or a later one, and only its sender could tell.
storage::StorageResult<void> JournalServer::decide(Group& journal, Pending& pending) {
    const JournalRequest& request = *pending.request;
    const bool writes = request.kind == Kind::Propose;
    if (writes) {
        const auto& known = rememberedBy(journal, pending).lsns;
        if (const auto before = known.find(request.id); before != known.end()) {
            pending.restsOn = before->second;
            pending.outcome = JournalOutcome::Done;
            return {};
        }
    }
    TRY_ASSIGN(const LatestVersion newest,
               latestVersion(m_world, journal, pending.zone, request.key));
    // Nobody is told of a version that may still be lost.
    pending.restsOn = newest.lsn;
    const bool isTaken = m_world.plantedBug == PlantedBug::JournalTakesStale;
    if (!isTaken && !isSame(newest.version, request.base)) {
        const bool isInFlight = newest.lsn > Lsn{};
        const bool isOthers =
            newest.version && newest.version->region != m_world.region(request.region).name;
        pending.outcome = isInFlight && isOthers ? JournalOutcome::Conflict : JournalOutcome::Stale;
        if (writes && pending.isRepeated) pending.outcome = JournalOutcome::Unknown;
        return {};
    }
    pending.outcome = JournalOutcome::Done;
    if (!writes) return {};
    const bool takesWrites = m_world.acceptsWrites && !m_world.damage;
    if (!takesWrites || !takesRoom(m_world, journal, request.record, Logged::Once)) {
        pending.outcome = JournalOutcome::Failed;
        return {};
    }
    TRY_ASSIGN(pending.restsOn, propose(journal, pending, newest.hasTombstone));
    return {};
}

storage::StorageResult<Lsn> JournalServer::propose(Group& journal, const Pending& pending,
                                                   bool hasTombstone) {
    const JournalRequest& request = *pending.request;
    TRY_ASSIGN(const LatestItem latest, latestItem(m_world, journal, pending.zone, request.key));
    const table::LogRecord& write = request.record;
    table::LogRecord record = changeRecord(m_world, journal, request.key, latest.item,
                                           write.newImage, write.newItemBytes);
    record.cause = write.cause;
    takeVersion(write, record);
    record.hasTombstone = hasTombstone;
    const Lsn lsn = m_replicator.propose(journal, pending.zone, std::move(record));
    Remembered& remembered = rememberedBy(journal, pending);
    remembered.lsns[request.id] = lsn;
    remembered.order.push_back(request.id);
    if (remembered.order.size() > kRememberedMax) {
        remembered.lsns.erase(remembered.order.front());
        remembered.order.pop_front();
    }
    return lsn;
}

JournalServer::Remembered& JournalServer::rememberedBy(Group& journal, const Pending& pending) {
    Remembered& remembered = m_work.of(journal.id).remembered;
    if (remembered.zone != pending.zone || remembered.term != pending.term)
        remembered = {pending.zone, pending.term, {}, {}};
    return remembered;
}

bool JournalServer::isReady(const Group& journal, const Pending& pending) const {
    if (pending.request->kind != Kind::Fence)
        return journal.member(pending.zone).mark.applied >= pending.restsOn;
    if (m_world.plantedBug == PlantedBug::FencesOpenAtOnce) return true;
    const std::string reader =
        std::string(kReplicaReaderPrefix) + std::to_string(pending.request->table.value());
    const auto taken = LogReader::cursorOf(journal, reader);
    return taken && *taken >= pending.restsOn;
}

void JournalServer::moved(Group& journal) {
    Work* const work = m_work.find(journal.id);
    if (work == nullptr || (work->waiting.empty() && work->parked.empty())) return;
    std::vector<Pending> waiting = std::exchange(work->waiting, {});
    std::vector<Pending> parked = std::exchange(work->parked, {});
    for (Pending& pending : waiting) {
        if (journal.member(pending.zone).replica) moved(journal, *work, std::move(pending));
    }
    for (Pending& pending : parked) {
        if (journal.member(pending.zone).replica) admit(journal, std::move(pending));
    }
}

void JournalServer::moved(Group& journal, Work& work, Pending pending) {
    const replication::Replica& replica = *journal.member(pending.zone).replica;
    const bool leads =
        replica.role() == replication::Role::Leader && replica.term() == pending.term;
    if (!leads) {
        // The next leader may commit what this one has proposed, or not.
        const bool isProposed =
            pending.request->kind == Kind::Propose && pending.outcome == JournalOutcome::Done;
        const auto outcome = isProposed ? JournalOutcome::Unknown : JournalOutcome::NotLeader;
        answer(journal, pending, outcome);
    } else if (isReady(journal, pending)) {
        answer(journal, pending, pending.outcome);
    } else {
        work.waiting.push_back(std::move(pending));
    }
}

}  // namespace orrery::cluster
