#include "core/cluster/routing/router.h"

#include <algorithm>
#include <array>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/cluster/catalog/transaction_requests.h"

namespace orrery::cluster {

using namespace std::chrono_literals;

namespace {

constexpr Duration kSweepEvery = 100ms;
/// An unanswered read is sent to another replica after this long. A write is not: its outcome is
/// unknown.
constexpr Duration kAttemptTimeout = 300ms;
constexpr std::size_t kSweepPartsMax = 200;

}  // namespace

Router::Router(WorldState& world, Coordinator& coordinator, TableRequests tables,
               LedgerMaker makeLedger)
    : m_world(world),
      m_coordinator(coordinator),
      m_tables(std::move(tables)),
      m_makeLedger(std::move(makeLedger)),
      m_prng(Prng::stream(world.seed, "router")) {}

void Router::admit(CallId id, std::unique_ptr<Call> call, Caller caller) {
    ++m_totals.requests;
    const CallNumber number = m_next;
    m_next = m_next.next();
    PendingCall& pending = m_calls.try_emplace(m_calls.end(), number)->second;
    pending.id = id.value();
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
    scheduleSweep();
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
    const auto& suspects = m_world.region(call.region).suspects[call.zone.value()];
    const ZoneIndex hint = m_hints.find(group, call.zone);
    if (op.request->needsLeader() && !suspects[hint.value()] &&
        (op.attempts == 0 || hint != op.target))
        return hint;
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
    if (group == nullptr) return retryLater({number, part, op.sendings});
    op.target = chooseReplica(call, op, *group);
    ++op.attempts;
    ++op.sendings;
    op.sentAt = m_world.now;
    op.state = Op::State::Sent;
    const auto kind =
        op.request->isWrite() ? observe::MessageKind::Write : observe::MessageKind::Read;
    const EnvelopeHeader header{{op.group, call.region, call.zone}, op.target, kind};
    // If the message is lost, the sweep notices.
    op.sent =
        m_world.post.send(OpArrives{header, {number, part, op.sendings, call.zone}, op.request});
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

void Router::retryLater(const OpId& op) {
    constexpr Duration kRetryDelay = 20ms;
    m_world.queue.add(m_world.now + kRetryDelay, OpRetry{op});
}

void Router::answer(Group& group, ZoneIndex from, OpId op, std::unique_ptr<OpResult> result) {
    const EnvelopeHeader header{group.ref(from), op.router, observe::MessageKind::Reply, 0,
                                result->served.applied};
    m_world.post.send(OpAnswered{header, op, std::move(result)});
}

void Router::on(const OpRetry& retry) {
    const auto found = m_calls.find(retry.op.call);
    if (found == m_calls.end()) return;
    Op& op = found->second.ops[retry.op.part];
    if (op.state != Op::State::Unsent || op.sendings != retry.op.sending) return;
    send(retry.op.call, found->second, retry.op.part);
}

// Thousands of calls may be waiting, so each event looks at some of them.
void Router::on(const RouterSweep& sweep) {
    std::vector<OpId> late;
    auto at = m_calls.lower_bound(sweep.from);
    for (std::size_t seen = 0; at != m_calls.end() && seen < kSweepPartsMax; ++at) {
        const auto& [number, call] = *at;
        seen += std::max<std::size_t>(call.ops.size(), 1);
        const bool isLate = m_world.now - call.admittedAt >= m_world.profile.requestTimeout;
        if (call.ops.empty() && isLate) late.push_back({number, 0});
        for (std::uint32_t part = 0; part < call.ops.size(); ++part) {
            const Op& op = call.ops[part];
            const bool slow =
                op.state == Op::State::Sent && m_world.now - op.sentAt >= kAttemptTimeout;
            const bool gone = m_world.findGroup(op.group) == nullptr;
            if (op.state != Op::State::Done && (isLate || gone || (slow && !op.request->isWrite())))
                late.push_back({number, part});
        }
    }
    const bool isDone = at == m_calls.end();
    if (!isDone) m_world.queue.add(m_world.now, RouterSweep{at->first});
    for (const OpId& op : late) {
        const auto found = m_calls.find(op.call);
        if (found == m_calls.end()) continue;
        PendingCall& call = found->second;
        if (call.ops.empty()) {  // A transaction; its coordinator goes on.
            call.error = ApiError::internal();
            finish(op.call, call);
            continue;
        }
        // The unanswered request is the cause.
        const CauseScope scope(m_world.queue, call.ops[op.part].sent);
        if (m_world.now - call.admittedAt >= m_world.profile.requestTimeout) {
            giveUp(op.call, call, op.part);
        } else {
            send(op.call, call, op.part);
        }
    }
    if (!isDone) return;
    m_sweepQueued = false;
    scheduleSweep();
}

void Router::scheduleSweep() {
    if (m_sweepQueued || m_calls.empty()) return;
    m_sweepQueued = true;
    m_world.queue.add(m_world.now + kSweepEvery, RouterSweep{});
}

void Router::zoneLost(RegionId region, ZoneIndex zone) {
    m_hints.forget(region, zone);
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
