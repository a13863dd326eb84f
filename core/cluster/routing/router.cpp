#include "core/cluster/routing/router.h"

#include <algorithm>
#include <array>

#include "core/base/bytes.h"
#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/cluster/items/range_reader.h"
#include "core/types/storage_key.h"

namespace orrery::cluster {

using namespace std::chrono_literals;

namespace {

constexpr Duration kSweepEvery = 100ms;
/// An unanswered read is sent to another replica after this long. A write is not: its outcome is
/// unknown.
constexpr Duration kAttemptTimeout = 300ms;
constexpr std::size_t kSweepPartsMax = 200;
constexpr Duration kRetryDelay = 20ms;
constexpr std::uint64_t kBatchReadBytesMax = 16 * 1024 * 1024;
constexpr std::uint64_t kBatchPartitionBytesMax = 1024 * 1024;

bool isTransaction(const Request& request) {
    return std::holds_alternative<TransactWrite>(request) ||
           std::holds_alternative<TransactRead>(request);
}

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
    if (isTransaction(*pending.request)) return transact(number, pending);
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
    if (group == nullptr && std::holds_alternative<ReadStream>(*call.request)) {
        answerAtOnce(call);
        return partDone(number, call, part);
    }
    if (group == nullptr) {
        call.error = goneError(call, op);
        if (call.error) return partDone(number, call, part);
        // The map changed in the meantime. If no partition has the key, try again later.
        if (!std::holds_alternative<ReadRange>(*call.request))
            op.group = m_world.partitions.find(op.request->key);
        group = m_world.findGroup(op.group);
    }
    if (group == nullptr) {
        m_world.queue.add(m_world.now + kRetryDelay, OpRetry{{number, part, op.sendings}});
        return;
    }
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

// The error if the table or index has been deleted in the meantime; nothing if both exist.
std::optional<ApiError> Router::goneError(const PendingCall& call, const Op& op) const {
    const auto* range = std::get_if<ReadRange>(call.request.get());
    const KeySpaceId space =
        range != nullptr ? range->table->space : KeySpaceId(ByteReader(op.request->key).u32());
    const TablePtr table = m_world.catalog.find(space);
    if (table == nullptr) return ApiError::resourceNotFound();
    if (range == nullptr || range->indexName.empty()) return std::nullopt;
    if (table->findIndex(range->indexName) != nullptr) return std::nullopt;
    return ApiError::validation("The table does not have the specified index: " + range->indexName);
}

void Router::answer(Group& group, ZoneIndex from, OpId op, std::unique_ptr<OpResult> result) {
    const EnvelopeHeader header{group.ref(from), op.router, observe::MessageKind::Reply, 0,
                                result->served.applied};
    m_world.post.send(OpAnswered{header, op, std::move(result)});
}

void Router::on(OpAnswered& answered) {
    if (!m_world.post.arrives(answered.header, answered.op.call.value())) return;
    const auto found = m_calls.find(answered.op.call);
    if (found == m_calls.end()) return;
    PendingCall& call = found->second;
    Op& op = call.ops[answered.op.part];
    if (!op.awaits(answered.op)) return;
    op.state = Op::State::Unsent;
    const ZoneIndex from = answered.header.from.zone;
    OpResult& result = *answered.result;
    if (result.kind == OpResult::Kind::Redirect) {
        const Group* group = m_world.findGroup(op.group);
        const auto& suspects = m_world.region(call.region).suspects[call.zone.value()];
        const bool useful =
            result.leader && *result.leader != from && !suspects[result.leader->value()];
        if (useful && group != nullptr && op.request->needsLeader()) {
            m_hints.learn(*group, call.zone, *result.leader);
            if (op.attempts < 4) return send(answered.op.call, call, answered.op.part);
        }
        m_world.queue.add(m_world.now + kRetryDelay, OpRetry{answered.op});
        return;
    }
    if (op.request->needsLeader()) {
        if (const Group* group = m_world.findGroup(op.group))
            m_hints.learn(*group, call.zone, from);
    }
    call.served = result.served;
    call.gate = std::max(call.gate, result.gate);
    if (result.error) {
        countConflicts(*result.error);
        const bool ofService = httpStatus(result.error->type) >= 500;
        if (ofService && call.ops.size() > 1)
            return giveUp(answered.op.call, call, answered.op.part);
        const auto* batch = std::get_if<WriteBatch>(call.request.get());
        // The reply of a batch of writes can express this too.
        const bool isConflict = result.error->type == ErrorType::TransactionConflict;
        if (batch != nullptr && !batch->failsSingly && isConflict)
            return giveUp(answered.op.call, call, answered.op.part);
        if (batch != nullptr && batch->failsSingly) {
            auto& reply = std::get<BatchWriteReply>(call.reply);
            reply.failed.emplace_back(answered.op.part, *std::move(result.error));
            // A write that is refused costs what it attempted.
            reply.writes[answered.op.part] = {std::move(result.write.before), {}, {}};
            return partDone(answered.op.call, call, answered.op.part);
        }
        call.error = std::move(result.error);
        return partDone(answered.op.call, call, answered.op.part);
    }
    if (std::holds_alternative<ReadRange>(*call.request))
        return takePage(answered.op.call, call, result);
    take(call, answered.op.part, result);
    partDone(answered.op.call, call, answered.op.part);
}

void Router::take(PendingCall& call, std::uint32_t part, OpResult& result) {
    std::visit(Overloaded{
                   [&](ItemReply& reply) { reply.item = std::move(result.item); },
                   [&](WriteReply& reply) { reply = std::move(result.write); },
                   [&](BatchReadReply& reply) { reply.items[part] = std::move(result.item); },
                   [&](BatchWriteReply& reply) { reply.writes[part] = std::move(result.write); },
                   [&](StreamReply& reply) { reply = std::move(result.stream); },
                   // takePage handles pages; the other kinds have no parts.
                   []<OneOf<RangeReply, TransactWriteReply, TransactReadReply, TableReply,
                            NamesReply, UpdateStreamReply, NothingReply>
                          T>(T&) { CHECK(false); },
               },
               call.reply);
}

void Router::takePage(CallNumber number, PendingCall& call, OpResult& result) {
    auto& page = std::get<RangeReply>(call.reply);
    const auto& range = std::get<ReadRange>(*call.request);
    std::uint64_t bytes = 0;
    for (ItemView& item : result.range.items) {
        bytes += item.itemBytes;
        call.bytesLeft -= std::min<std::uint64_t>(call.bytesLeft, item.itemBytes);
        --call.itemsLeft;
        page.items.push_back(std::move(item));
    }
    for (ItemView& item : result.range.tableItems) {
        call.bytesLeft -= std::min<std::uint64_t>(call.bytesLeft, item.itemBytes);
        page.tableItems.push_back(std::move(item));
    }
    page.partitionBytes.push_back(bytes);
    const bool isFull = call.itemsLeft == 0 || call.bytesLeft == 0;
    page.more = result.range.more || (isFull && !range.further.empty());
    Op& op = call.ops.front();
    const Group* group = m_world.findGroup(op.group);
    // The partition disappeared after its answer, so the page may be incomplete.
    if (group == nullptr && !page.more) return send(number, call, 0);
    GroupId next = page.more ? GroupId{} : nextPartition(m_world, range, group);
    OpRequest continued = *op.request;
    if (next == GroupId{}) {
        if (page.more || range.further.empty()) return partDone(number, call, 0);
        next = startFurtherRange(call, continued);
    }
    continued.itemsLeft = call.itemsLeft;
    continued.bytesLeft = call.bytesLeft;
    op.request = std::make_shared<const OpRequest>(std::move(continued));
    op.group = next;
    op.attempts = 0;
    send(number, call, 0);
}

// Goes on with the next range of a page, which becomes the range of the call.
GroupId Router::startFurtherRange(PendingCall& call, OpRequest& asked) {
    ReadRange range = std::get<ReadRange>(*call.request);
    range.begin = std::move(range.further.front().begin);
    range.end = std::move(range.further.front().end);
    range.further.erase(range.further.begin());
    asked.key = range.forward ? range.begin : range.end;
    const GroupId first = nextPartition(m_world, range, nullptr);
    call.request = std::make_shared<const Request>(std::move(range));
    asked.call = call.request;
    return first;
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

// No answer in time. For a batch, this part becomes unprocessed, which its reply can express.
// Otherwise the service's HTTP 500, which to a client means "outcome unknown" (assumption O8).
void Router::giveUp(CallNumber number, PendingCall& call, std::uint32_t part) {
    std::visit(
        Overloaded{
            [&](BatchReadReply& reply) { reply.unprocessed.push_back(part); },
            [&](BatchWriteReply& reply) { reply.unprocessed.push_back(part); },
            [&]<OneOf<ItemReply, WriteReply, RangeReply, TransactWriteReply, TransactReadReply,
                      TableReply, NamesReply, StreamReply, UpdateStreamReply, NothingReply>
                    T>(T&) { call.error = ApiError::internal(); },
        },
        call.reply);
    partDone(number, call, part);
}

void Router::partDone(CallNumber number, PendingCall& call, std::uint32_t part) {
    call.ops[part].state = Op::State::Done;
    CHECK(call.opsLeft > 0);
    if (--call.opsLeft == 0) finish(number, call);
}

// A reply has at most 16 MB, and at most 1 MB of each partition (API_BatchGetItem). From the first
// item on that does not fit, the rest is unprocessed: of the partition, or of the whole request.
void Router::limitBatch(const std::vector<Op>& ops, BatchReadReply& reads) {
    std::uint64_t bytes = 0;
    std::map<GroupId, std::uint64_t> partitionBytes;
    for (std::uint32_t part = 0; part < reads.items.size(); ++part) {
        ItemView& item = reads.items[part];
        if (!item) continue;
        std::uint64_t& ofPartition = partitionBytes[ops[part].group];
        ofPartition += item.itemBytes;
        const bool fits = ofPartition <= kBatchPartitionBytesMax;
        if (fits) bytes += item.itemBytes;
        if (fits && bytes <= kBatchReadBytesMax) continue;
        item = {};
        reads.unprocessed.push_back(part);
    }
    std::ranges::sort(reads.unprocessed);
}

void Router::finish(CallNumber number, PendingCall& call) {
    if (auto* reads = std::get_if<BatchReadReply>(&call.reply)) limitBatch(call.ops, *reads);
    Answered& answered = m_answers.emplace_back(
        CallId(call.id), std::move(call.call),
        call.error ? ApiResult<Reply>(std::unexpected(std::move(*call.error)))
                   : ApiResult<Reply>(std::move(call.reply)),
        call.served, std::max(call.gate, m_world.catalog.gate()));
    traceServed(call, answered);
    m_calls.erase(number);
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
