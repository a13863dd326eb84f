#include "core/cluster/items/item_server.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/cluster/items/range_reader.h"
#include "core/cluster/items/staleness.h"
#include "core/cluster/replicas/log_reader.h"
#include "core/cluster/writes/item_view.h"

namespace orrery::cluster {
namespace {

/// How long a write's answer waits for the global indexes and for the replicas in other Regions, in
/// the profiles in which it waits.
constexpr Duration kShownWaitMax = std::chrono::milliseconds(400);

std::unique_ptr<OpResult> refused(ApiError error) {
    auto result = std::make_unique<OpResult>();
    result->answer = Refused{std::move(error), {}};
    return result;
}

bool leads(const replication::Replica& replica, replication::Term term) {
    return replica.role() == replication::Role::Leader && replica.term() == term;
}

}  // namespace

void ItemServer::serve(Group& group, ParkedOp asked) {
    if (asked.request->needsLeader()) return m_leading.arrives(group, std::move(asked));
    const bool isCaughtUp = group.member(asked.zone).replica->isCaughtUp();
    isCaughtUp ? serveNow(group, asked) : m_leading.redirect(group, asked);
}

void ItemServer::serveNow(Group& group, const ParkedOp& asked) {
    const auto& [op, zone, request] = asked;
    if (request->isWrite() && m_world.damage)
        return m_answer(group, zone, op, refused(m_world.damageError()));
    GroupLoad& load = m_work.of(group.id).load;
    request->isWrite() ? load.countWrite(m_world.now) : load.countRead(m_world.now);
    if (request->needsLeader() && m_strongRequests && m_strongRequests(group, asked)) return;
    perform(group, asked);
}

void ItemServer::perform(Group& group, const ParkedOp& asked) {
    const auto& [op, zone, request] = asked;
    if (request->transaction) return transact(group, asked);
    std::visit(
        Overloaded{
            [&]<OneOf<ReadItem, ReadBatch> T>(const T&) { read(group, zone, op, *request); },
            [&](const ReadRange& range) { readPage(group, zone, op, *request, range); },
            [&](const WriteItem& one) { write(group, asked, one); },
            [&](const WriteBatch& batch) { write(group, asked, batch.writes[request->part]); },
            // These do not come here: other parts answer them.
            []<OneOf<TransactWrite, TransactRead, CreateTable, DescribeTable, UpdateTable,
                     UpdateTimeToLive, DeleteTable, ListTables, UpdateStream, ReadStream,
                     ReadNothing>
                   T>(const T&) { CHECK(false); },
        },
        *request->call);
}

template <typename T>
void ItemServer::answerRead(Group& group, ZoneIndex zone, OpId op, storage::StorageResult<T> read,
                            storage::StorageResult<std::uint64_t> stale) {
    if (!read) return m_answer(group, zone, op, refused(m_world.damaged(std::move(read).error())));
    auto result = std::make_unique<OpResult>();
    result->answer = *std::move(read);
    result->served = served(group, zone);
    // The newest replica may have damage that this read did not meet.
    if (stale) result->served.staleItems = *stale;
    result->gate = group.gate;
    m_answer(group, zone, op, std::move(result));
}

void ItemServer::read(Group& group, ZoneIndex zone, OpId op, const OpRequest& request) {
    auto item = appliedItem(m_world, group, zone, request.key);
    const bool mayBeStale = item && !request.needsLeader();
    answerRead(group, zone, op, std::move(item),
               mayBeStale ? staleItem(m_world, LogReader(m_world, m_replicator), group, zone,
                                      request.key, request.committedBefore)
                          : 0);
}

void ItemServer::readPage(Group& group, ZoneIndex zone, OpId op, const OpRequest& request,
                          const ReadRange& range) {
    auto page = readRange(m_world, group, zone, range, request);
    const bool mayBeStale = page && !request.needsLeader();
    auto stale = mayBeStale ? staleItems(m_world, LogReader(m_world, m_replicator), group, zone,
                                         range, request, *page)
                            : 0;
    answerRead(group, zone, op, std::move(page), std::move(stale));
}

void ItemServer::write(Group& group, const ParkedOp& asked, const WriteItem& write) {
    const auto& [op, zone, request] = asked;
    Written written = writeItem(m_world, m_replicator, m_collections, m_prepared, group, zone,
                                write, request->key);
    if (written.needsCount) return m_collections.count(group, request->key, asked);
    auto result = std::make_unique<OpResult>();
    if (written.error) {
        result->answer = Refused{*std::move(written.error), std::move(written.reply.before)};
    } else {
        result->answer = std::move(written.reply);
    }
    answerOnce(group,
               {written.restsOn, zone, group.member(zone).replica->term(), op, std::move(result)});
}

void ItemServer::transact(Group& group, const ParkedOp& asked) {
    const auto& [op, zone, request] = asked;
    Transacted done = m_transact(group, zone, *request, m_collections);
    if (done.countFirst) return m_collections.count(group, *done.countFirst, asked);
    auto result = std::make_unique<OpResult>();
    if (done.error) {
        result->answer = Refused{*std::move(done.error), {}};
    } else {
        result->answer = std::move(done.result);
    }
    answerOnce(group, {done.restsOn, zone, group.member(zone).replica->term(), op,
                       std::move(result), done.changesItems});
}

// Once the record on which the answer depends is committed.
void ItemServer::answerOnce(Group& group, Waiter waiter) {
    if (waiter.lsn <= group.member(waiter.zone).mark.applied)
        return finish(group, std::move(waiter));
    m_work.of(group.id).waiters.push_back(std::move(waiter));
}

void ItemServer::finish(Group& group, Waiter waiter) {
    waiter.result->served = served(group, waiter.zone);
    waiter.result->gate = group.gate;
    const bool isRefused = std::holds_alternative<Refused>(waiter.result->answer);
    if (!waiter.changesItems || isRefused)
        return m_answer(group, waiter.zone, waiter.op, std::move(waiter.result));
    ShownWaiter shown{waiter.lsn, waiter.zone, waiter.op, std::move(waiter.result), m_world.now};
    const auto indexedUpTo = m_world.profile.indexesBeforeAnswer
                                 ? LogReader::cursorOf(group, kIndexReader)
                                 : std::nullopt;
    if (indexedUpTo && shown.lsn > *indexedUpTo) {
        m_work.of(group.id).indexWaiters.push_back(std::move(shown));
    } else {
        awaitReplicas(group, std::move(shown));
    }
}

void ItemServer::awaitReplicas(Group& group, ShownWaiter waiter) {
    const bool mayWait = m_world.profile.replicasBeforeAnswer && m_replicas.taken &&
                         m_world.now - waiter.since < kShownWaitMax;
    if (mayWait && waiter.lsn > m_replicas.taken(group)) {
        m_replicas.lookBy(group, waiter.since + kShownWaitMax);
        m_work.of(group.id).replicaWaiters.push_back(std::move(waiter));
    } else {
        answer(group, std::move(waiter));
    }
}

void ItemServer::answer(Group& group, ShownWaiter waiter) {
    waiter.result->gate = group.gate;
    m_answer(group, waiter.zone, waiter.op, std::move(waiter.result));
}

void ItemServer::answerWith(Group& group, ZoneIndex zone, OpId op,
                            std::unique_ptr<OpResult> result) {
    result->served = served(group, zone);
    result->gate = std::max(result->gate, group.gate);
    m_answer(group, zone, op, std::move(result));
}

void ItemServer::on(const CollectionCountStep& step) {
    std::vector<ParkedOp> ready = m_collections.on(step);
    Group* group = m_world.findGroup(step.group);
    if (group == nullptr || ready.empty()) return;
    const ZoneIndex zone = ready.back().zone;
    m_leading.park(group->id, std::move(ready));
    // The lease may have ended meanwhile.
    if (group->member(zone).replica) m_replicator.requestLease(*group, zone);
    m_leading.moved(*group);
}

void ItemServer::moved(Group& group) {
    if (Work* work = m_work.find(group.id)) {
        m_leading.park(group.id, m_collections.moved(group));
        // A zone that lost its power forgot who waits there.
        if (std::ranges::any_of(group.members, [](const Member& one) { return !one.replica; })) {
            const auto isForgotten = [&](const ShownWaiter& one) {
                return !group.member(one.zone).replica;
            };
            std::erase_if(work->indexWaiters, isForgotten);
            std::erase_if(work->replicaWaiters, isForgotten);
        }
        answerWaiters(group, *work);
    }
    m_leading.moved(group);
}

bool ItemServer::waits(GroupId group) const {
    const Work* work = m_work.find(group);
    return m_leading.waits(group) || (work != nullptr && !work->waiters.empty());
}

bool ItemServer::waitsForIndexes(GroupId group) const {
    const Work* work = m_work.find(group);
    return work != nullptr && !work->indexWaiters.empty();
}

const GroupLoad* ItemServer::load(GroupId group) const {
    const Work* work = m_work.find(group);
    return work != nullptr ? &work->load : nullptr;
}

// A reply leaves once the record that it depends on is committed, if the lease still holds. If the
// replica no longer leads, the fate of the record is unknown: the client gets the service's own
// error.
void ItemServer::answerWaiters(Group& group, Work& work) {
    // Often hundreds wait and none is ready; then this moves and allocates nothing.
    std::vector<Waiter> ready;
    auto end = work.waiters.begin();
    for (Waiter& waiter : work.waiters) {
        const Member& member = group.member(waiter.zone);
        const bool waits =
            member.replica && leads(*member.replica, waiter.term) &&
            (member.mark.applied < waiter.lsn || !member.replica->canServe(m_world.now));
        if (!waits) {
            ready.push_back(std::move(waiter));
        } else {
            if (&*end != &waiter) *end = std::move(waiter);
            ++end;
        }
    }
    work.waiters.erase(end, work.waiters.end());
    for (Waiter& waiter : ready) {
        const auto& replica = group.member(waiter.zone).replica;
        if (!replica) continue;  // The replica lost power; the router notices by timeout.
        if (leads(*replica, waiter.term)) {
            finish(group, std::move(waiter));
        } else {
            m_answer(group, waiter.zone, waiter.op, refused(ApiError::internal()));
        }
    }
}

void ItemServer::indexesShow(Group& group, ZoneIndex leader, Lsn shown) {
    Work* work = m_work.find(group.id);
    if (work == nullptr) return;
    std::vector<ShownWaiter> waiting = std::exchange(work->indexWaiters, {});
    for (ShownWaiter& waiter : waiting) {
        // An index without a leader must not fail a write that is committed, nor must the loss of
        // the lead: no message tells the zone that lost it what the next leader learns.
        const bool isShown = waiter.zone == leader && waiter.lsn <= shown;
        if (isShown) {
            awaitReplicas(group, std::move(waiter));
        } else if (m_world.now - waiter.since >= kShownWaitMax) {
            answer(group, std::move(waiter));
        } else {
            work->indexWaiters.push_back(std::move(waiter));
        }
    }
}

void ItemServer::replicasShow(Group& group) {
    Work* work = m_work.find(group.id);
    if (work == nullptr || work->replicaWaiters.empty()) return;
    const Lsn taken = m_replicas.taken(group);
    std::vector<ShownWaiter> waiting = std::exchange(work->replicaWaiters, {});
    for (ShownWaiter& waiter : waiting) {
        if (waiter.lsn <= taken || m_world.now - waiter.since >= kShownWaitMax) {
            answer(group, std::move(waiter));
        } else {
            m_replicas.lookBy(group, waiter.since + kShownWaitMax);
            work->replicaWaiters.push_back(std::move(waiter));
        }
    }
}

Served ItemServer::served(const Group& group, ZoneIndex zone) const {
    const Member& member = group.member(zone);
    Served served;
    served.known = true;
    served.zone = zone;
    served.leader = member.replica->role() == replication::Role::Leader;
    served.applied = member.mark.applied;
    served.behindRecords = group.committed.value() - member.mark.applied.value();
    served.behind = group.lagOf(member, m_world.now);
    return served;
}

}  // namespace orrery::cluster
