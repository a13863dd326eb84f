#include "core/cluster/items/item_server.h"

#include <algorithm>
#include <iterator>

#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/cluster/items/range_reader.h"
#include "core/cluster/replicas/log_reader.h"
#include "core/cluster/writes/item_view.h"

namespace orrery::cluster {
namespace {

/// How long a write's answer waits for the global indexes, in the profiles in which it waits.
constexpr Duration kIndexWaitMax = std::chrono::milliseconds(400);

std::unique_ptr<OpResult> failed(ApiError error) {
    auto result = std::make_unique<OpResult>();
    result->error = std::move(error);
    return result;
}

bool leads(const replication::Replica& replica, replication::Term term) {
    return replica.role() == replication::Role::Leader && replica.term() == term;
}

}  // namespace

void ItemServer::serve(Group& group, ParkedOp asked) {
    const replication::Replica& replica = *group.member(asked.zone).replica;
    const bool needsLeader = asked.request->needsLeader();
    if (needsLeader) m_replicator.requestLease(group, asked.zone);
    if (needsLeader ? replica.takesRequests(m_world.now) : replica.isCaughtUp())
        return serveNow(group, asked);
    if (needsLeader && replica.role() == replication::Role::Leader) {
        m_work.of(group.id).parked.push_back(std::move(asked));
    } else {
        redirect(group, asked.zone, asked.op);
    }
}

void ItemServer::redirect(Group& group, ZoneIndex zone, OpId op) {
    auto result = std::make_unique<OpResult>();
    result->kind = OpResult::Kind::Redirect;
    result->leader = group.member(zone).replica->leaderHint();
    m_answer(group, zone, op, std::move(result));
}

void ItemServer::serveNow(Group& group, const ParkedOp& asked) {
    const auto& [op, zone, request] = asked;
    if (request->isWrite() && m_world.damage)
        return m_answer(group, zone, op, failed(ApiError::internal(m_world.damage->message())));
    GroupLoad& load = m_work.of(group.id).load;
    request->isWrite() ? load.countWrite(m_world.now) : load.countRead(m_world.now);
    if (request->transaction) return transact(group, asked);
    std::visit(
        Overloaded{
            [&]<OneOf<ReadItem, ReadBatch> T>(const T&) { read(group, zone, op, request->key); },
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

void ItemServer::read(Group& group, ZoneIndex zone, OpId op, const std::string& key) {
    auto result = std::make_unique<OpResult>();
    auto view = appliedItem(m_world, group, zone, key);
    if (!view) return m_answer(group, zone, op, damaged(std::move(view).error()));
    result->item = std::move(*view);
    result->served = served(group, zone);
    result->gate = group.gate;
    m_answer(group, zone, op, std::move(result));
}

void ItemServer::readPage(Group& group, ZoneIndex zone, OpId op, const OpRequest& request,
                          const ReadRange& range) {
    auto page =
        readRange(m_world, group, zone, range, request.key, request.itemsLeft, request.bytesLeft);
    if (!page) return m_answer(group, zone, op, damaged(std::move(page).error()));
    auto result = std::make_unique<OpResult>();
    result->range = std::move(*page);
    result->served = served(group, zone);
    result->gate = group.gate;
    m_answer(group, zone, op, std::move(result));
}

std::unique_ptr<OpResult> ItemServer::damaged(storage::StorageError error) {
    auto result = failed(ApiError::internal(error.message()));
    m_world.reportDamage(std::move(error));
    return result;
}

void ItemServer::write(Group& group, const ParkedOp& asked, const WriteItem& write) {
    const auto& [op, zone, request] = asked;
    Written written = writeItem(m_world, m_replicator, m_collections, m_prepared, group, zone,
                                write, request->key);
    if (written.needsCount) return m_collections.count(group, request->key, asked);
    auto result = std::make_unique<OpResult>();
    result->write = std::move(written.reply);
    result->error = std::move(written.error);
    answerOnce(group,
               {written.restsOn, zone, group.member(zone).replica->term(), op, std::move(result)});
}

void ItemServer::transact(Group& group, const ParkedOp& asked) {
    const auto& [op, zone, request] = asked;
    Transacted done = m_transact(group, zone, *request, m_collections);
    if (done.countFirst) return m_collections.count(group, *done.countFirst, asked);
    auto result = std::make_unique<OpResult>();
    result->transaction = std::move(done.result);
    result->error = std::move(done.error);
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
    const auto indexedUpTo =
        waiter.changesItems && !waiter.result->error && m_world.profile.indexesBeforeAnswer
            ? LogReader::cursorOf(group, kIndexReader)
            : std::nullopt;
    const bool indexed = indexedUpTo && waiter.lsn > *indexedUpTo;
    if (indexed) {
        m_work.of(group.id).indexWaiters.push_back(
            {waiter.lsn, waiter.zone, waiter.op, std::move(waiter.result), m_world.now});
        return;
    }
    m_answer(group, waiter.zone, waiter.op, std::move(waiter.result));
}

void ItemServer::on(const CollectionCountStep& step) {
    std::vector<ParkedOp> ready = m_collections.on(step);
    Group* group = m_world.findGroup(step.group);
    if (group == nullptr || ready.empty()) return;
    const ZoneIndex zone = ready.back().zone;
    Work& work = m_work.of(group->id);
    std::ranges::move(ready, std::back_inserter(work.parked));
    // The lease may have ended meanwhile.
    if (group->member(zone).replica) m_replicator.requestLease(*group, zone);
    answerParked(*group, work);
}

void ItemServer::moved(Group& group) {
    Work* work = m_work.find(group.id);
    if (work == nullptr) return;  // No request has arrived yet.
    std::ranges::move(m_collections.moved(group), std::back_inserter(work->parked));
    // A zone that lost its power forgot who waits there.
    if (std::ranges::any_of(group.members, [](const Member& one) { return !one.replica; })) {
        std::erase_if(work->indexWaiters,
                      [&](const IndexWaiter& one) { return !group.member(one.zone).replica; });
    }
    answerWaiters(group, *work);
    answerParked(group, *work);
}

bool ItemServer::waits(GroupId group) const {
    const Work* work = m_work.find(group);
    return work != nullptr && !(work->waiters.empty() && work->parked.empty());
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
            m_answer(group, waiter.zone, waiter.op, failed(ApiError::internal()));
        }
    }
}

void ItemServer::answerParked(Group& group, Work& work) {
    std::vector<ParkedOp> parked = std::exchange(work.parked, {});
    for (ParkedOp& waiting : parked) {
        const auto& replica = group.member(waiting.zone).replica;
        if (!replica) continue;
        if (m_world.now >= waiting.request->deadline) continue;  // Its router has given up.
        if (replica->role() != replication::Role::Leader) {
            redirect(group, waiting.zone, waiting.op);
        } else if (replica->takesRequests(m_world.now)) {
            serveNow(group, waiting);
        } else {
            work.parked.push_back(std::move(waiting));
        }
    }
}

void ItemServer::indexesShow(Group& group, ZoneIndex leader, Lsn shown) {
    Work* work = m_work.find(group.id);
    if (work == nullptr) return;
    std::vector<IndexWaiter> waiting = std::exchange(work->indexWaiters, {});
    for (IndexWaiter& waiter : waiting) {
        // An index without a leader must not fail a write that is committed, nor must the loss of
        // the lead: no message tells the zone that lost it what the next leader learns.
        const bool isShown = waiter.zone == leader && waiter.lsn <= shown;
        if (isShown || m_world.now - waiter.since >= kIndexWaitMax) {
            waiter.result->gate = group.gate;
            m_answer(group, waiter.zone, waiter.op, std::move(waiter.result));
        } else {
            work->indexWaiters.push_back(std::move(waiter));
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
