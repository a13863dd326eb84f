#include "core/cluster/routing/router.h"

#include <algorithm>
#include <array>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/cluster/catalog/transaction_requests.h"

namespace orrery::cluster {

Router::Router(WorldState& world, Coordinator& coordinator, TableRequests tables,
               LedgerMaker makeLedger)
    : m_world(world),
      m_coordinator(coordinator),
      m_tables(std::move(tables)),
      m_makeLedger(std::move(makeLedger)),
      m_prng(Prng::stream(world.seed, "router")),
      m_requests(world, OpOwner::Router) {}

void Router::admit(CallId id, std::unique_ptr<Call> call, Caller caller) {
    ++m_totals.requests;
    const CallNumber number = m_next;
    m_next = m_next.next();
    PendingCall& pending = m_calls.try_emplace(m_calls.end(), number)->second;
    pending.id = id;
    pending.call = std::move(call);
    pending.caller = std::move(caller);
    pending.zone = pending.caller.zone;
    pending.admittedAt = m_world.now;
    const CauseScope scope(m_world.queue);
    m_world.queue.cause = m_world.emit(
        observe::RequestAdmitted{std::string(pending.call->operationName()), pending.caller.zone});

    auto request = pending.call->bind(m_world.catalog, pending.caller);
    if (!request) {
        pending.error = std::move(request).error();
        return finish(number, pending);
    }
    pending.request = std::make_shared<const Request>(std::move(*request));
    if (transactionKindOf(*pending.request) != TransactionKind::None)
        return transact(number, pending);
    if (!plan(pending)) return finish(number, pending);
    for (std::uint32_t part = 0; part < pending.ops.size(); ++part) {
        if (pending.ops[part].state == Op::State::Done) continue;
        send(number, pending, part);
    }
    m_requests.scheduleSweep(m_calls);
}

// The router of a lost zone accepts requests until the loss is detected; those get an error. After
// that, connections are assigned to another zone.
std::optional<ZoneIndex> Router::routerZone(const RegionState& region, ZoneIndex wanted) const {
    if (region.up[wanted.value()]) return wanted;
    for (const ZoneIndex zone : kZones) {
        const bool known = region.suspects[zone.value()][wanted.value()];
        if (region.up[zone.value()] && known) return zone;
    }
    return std::nullopt;
}

ZoneIndex Router::chooseReplica(const PendingCall& call, const Op& op, const Group& group) {
    if (const auto leader = m_requests.expectedLeader(group, call.zone, op)) return *leader;
    const auto& suspects = m_world.region(call.region).suspects[call.zone.value()];
    std::array<ZoneIndex, kZonesPerRegion> candidates;
    std::size_t count = 0;
    for (const ZoneIndex zone : kZones) {
        const bool again = op.attempts > 0 && zone == op.target;
        if (!suspects[zone.value()] && !again) candidates[count++] = zone;
    }
    if (count == 0) return op.attempts > 0 ? op.target : call.zone;
    return candidates[count == 1 ? 0 : m_prng.below(count)];
}

void Router::send(CallNumber number, PendingCall& call, std::uint32_t part) {
    Op& op = call.ops[part];
    const Group* group = m_world.findGroup(op.group);
    if (group == nullptr) {
        if (endsWithoutPartition(call, op)) return partDone(number, call, part);
        group = m_world.findGroup(op.group);
    }
    if (group == nullptr) return m_requests.retryLater({number, part, op.sending, call.zone});
    m_requests.send(*group, op, {number, part, op.sending + 1, call.zone},
                    chooseReplica(call, op, *group));
}

// The map has changed since the part was planned, or its table or index is gone.
bool Router::endsWithoutPartition(PendingCall& call, Op& op) {
    return std::visit(
        Overloaded{
            [&](const ReadStream&) {
                answerAtOnce(call);
                return true;
            },
            // A page goes on in the partition that it was sent to, once that exists again.
            [&](const ReadRange& range) {
                call.error = goneError(range.table->space, range.indexName);
                return call.error.has_value();
            },
            [&]<OneOf<ReadItem, WriteItem, ReadBatch, WriteBatch> T>(const T&) {
                call.error = goneError(KeySpaceId(ByteReader(op.request->key).u32()), {});
                if (!call.error) op.group = m_world.partitions.find(op.request->key);
                return call.error.has_value();
            },
            []<OneOf<TransactWrite, TransactRead, CreateTable, DescribeTable, UpdateTable,
                     UpdateTimeToLive, DeleteTable, ListTables, UpdateStream, ReadNothing>
                   T>(const T&) -> bool { CHECK(false); },  // These have no parts.
        },
        *call.request);
}

// Nothing if the table, and the index of a page on one, still exist.
std::optional<ApiError> Router::goneError(KeySpaceId space, const std::string& indexName) const {
    const TablePtr table = m_world.catalog.find(space);
    if (table == nullptr) return ApiError::resourceNotFound();
    if (indexName.empty() || table->findIndex(indexName) != nullptr) return std::nullopt;
    return ApiError::validation("The table does not have the specified index: " + indexName);
}

void Router::answer(Group& group, ZoneIndex from, OpId op, std::unique_ptr<OpResult> result) {
    const EnvelopeHeader header{group.ref(from), op.router, observe::MessageKind::Reply, 0,
                                result->served.applied};
    m_world.post.send(OpAnswered{header, op, std::move(result)});
}

void Router::on(const OpRetry& retry) {
    const auto found = m_calls.find(retry.op.call);
    if (found == m_calls.end()) return;
    if (!found->second.ops[retry.op.part].awaitsRetry(retry.op)) return;
    send(retry.op.call, found->second, retry.op.part);
}

void Router::on(const CallSweep& sweep) {
    std::vector<OpId> late;
    const auto look = [&](CallNumber number, const PendingCall& call) {
        findLate(number, call, late);
        return call.ops.size();
    };
    const bool isWhole = m_requests.sweep(m_calls, sweep.from, look);
    for (const OpId& op : late)
        sendLate(op);
    if (isWhole) m_requests.sweepEnds(m_calls);
}

bool Router::isTooLate(const PendingCall& call) const {
    return m_world.now - call.admittedAt >= std::max(call.patience, m_world.profile.requestTimeout);
}

// An unanswered read goes to another replica. A write does not: its outcome is unknown.
void Router::findLate(CallNumber number, const PendingCall& call, std::vector<OpId>& late) const {
    const bool isLate = isTooLate(call);
    if (call.ops.empty() && isLate) late.push_back({number, 0});
    for (std::uint32_t part = 0; part < call.ops.size(); ++part) {
        const Op& op = call.ops[part];
        if (op.state == Op::State::Done) continue;
        const bool isSlow = m_requests.isSlow(op) && !op.request->isWrite();
        if (isLate || isSlow || m_world.findGroup(op.group) == nullptr)
            late.push_back({number, part});
    }
}

void Router::sendLate(const OpId& op) {
    const auto found = m_calls.find(op.call);
    if (found == m_calls.end()) return;
    PendingCall& call = found->second;
    if (call.ops.empty()) {  // A transaction; its coordinator goes on.
        call.error = ApiError::internal();
        return finish(op.call, call);
    }
    // The unanswered request is the cause.
    const CauseScope scope(m_world.queue, call.ops[op.part].sent);
    isTooLate(call) ? giveUp(op.call, call, op.part) : send(op.call, call, op.part);
}

void Router::zoneLost(RegionId region, ZoneIndex zone) {
    m_requests.zoneLost(region, zone);
    m_coordinator.zoneLost(region, zone);
}

CallNumber Router::failCall(RegionId region, ZoneIndex zone, CallNumber from) {
    const auto found = m_calls.lower_bound(from);
    if (found == m_calls.end()) return m_next;
    const CallNumber number = found->first;
    PendingCall& call = found->second;
    if (call.region == region && call.zone == zone) {
        call.error = ApiError::internal();
        finish(number, call);
    }
    return number.next();
}

}  // namespace orrery::cluster
