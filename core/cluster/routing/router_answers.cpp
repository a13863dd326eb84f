#include <algorithm>

#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/cluster/items/range_reader.h"
#include "core/cluster/routing/router.h"

// The answers to the parts of a call, and the reply that they make.

namespace orrery::cluster {
namespace {

constexpr std::uint64_t kBatchReadBytesMax = 16 * 1024 * 1024;
constexpr std::uint64_t kBatchPartitionBytesMax = 1024 * 1024;

/// The replies of calls that have no parts.
template <typename T>
concept WithoutParts = OneOf<T, TransactWriteReply, TransactReadReply, TableReply, NamesReply,
                             UpdateStreamReply, NothingReply>;

}  // namespace

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
        return retryLater(answered.op);
    }
    if (op.request->needsLeader()) {
        if (const Group* group = m_world.findGroup(op.group))
            m_hints.learn(*group, call.zone, from);
    }
    call.served = result.served;
    call.gate = std::max(call.gate, result.gate);
    if (result.error) return refused(answered.op.call, call, answered.op.part, result);
    if (take(answered.op.call, call, answered.op.part, result))
        partDone(answered.op.call, call, answered.op.part);
}

// Only the reply of a batch of writes can name writes that failed.
void Router::refused(CallNumber number, PendingCall& call, std::uint32_t part, OpResult& result) {
    countConflicts(*result.error);
    const bool ofService = httpStatus(result.error->type) >= 500;
    if (ofService && call.ops.size() > 1) return giveUp(number, call, part);
    const auto fail = [&] {
        call.error = std::move(result.error);
        partDone(number, call, part);
    };
    std::visit(Overloaded{
                   [&](BatchWriteReply& reply) {
                       const bool isConflict = result.error->type == ErrorType::TransactionConflict;
                       if (std::get<WriteBatch>(*call.request).failsSingly) {
                           reply.failed.emplace_back(part, *std::move(result.error));
                           // A write that is refused costs what it attempted.
                           reply.writes[part] = {std::move(result.write.before), {}, {}};
                           partDone(number, call, part);
                       } else if (isConflict) {
                           giveUp(number, call, part);
                       } else {
                           fail();
                       }
                   },
                   [&]<OneOf<ItemReply, WriteReply, RangeReply, BatchReadReply, StreamReply> T>(
                       T&) { fail(); },
                   []<WithoutParts T>(T&) { CHECK(false); },
               },
               call.reply);
}

bool Router::take(CallNumber number, PendingCall& call, std::uint32_t part, OpResult& result) {
    return std::visit(Overloaded{
                          [&](ItemReply& reply) {
                              reply.item = std::move(result.item);
                              return true;
                          },
                          [&](WriteReply& reply) {
                              reply = std::move(result.write);
                              return true;
                          },
                          [&](RangeReply& page) { return takePage(number, call, page, result); },
                          [&](BatchReadReply& reply) {
                              reply.items[part] = std::move(result.item);
                              return true;
                          },
                          [&](BatchWriteReply& reply) {
                              reply.writes[part] = std::move(result.write);
                              return true;
                          },
                          [&](StreamReply& reply) {
                              reply = std::move(result.stream);
                              return true;
                          },
                          []<WithoutParts T>(T&) -> bool { CHECK(false); },
                      },
                      call.reply);
}

bool Router::takePage(CallNumber number, PendingCall& call, RangeReply& page, OpResult& result) {
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
    if (group == nullptr && !page.more) {
        send(number, call, 0);
        return false;
    }
    GroupId next = page.more ? GroupId{} : nextPartition(m_world, range, group);
    OpRequest continued = *op.request;
    if (next == GroupId{}) {
        if (page.more || range.further.empty()) return true;
        next = startFurtherRange(call, continued);
    }
    continued.itemsLeft = call.itemsLeft;
    continued.bytesLeft = call.bytesLeft;
    op.request = std::make_shared<const OpRequest>(std::move(continued));
    op.group = next;
    op.attempts = 0;
    send(number, call, 0);
    return false;
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

// No answer in time. For a batch, this part becomes unprocessed, which its reply can express.
// Otherwise the service's HTTP 500, which to a client means "outcome unknown" (assumption O8).
void Router::giveUp(CallNumber number, PendingCall& call, std::uint32_t part) {
    std::visit(Overloaded{
                   [&](BatchReadReply& reply) { reply.unprocessed.push_back(part); },
                   [&](BatchWriteReply& reply) { reply.unprocessed.push_back(part); },
                   [&]<OneOf<ItemReply, WriteReply, RangeReply, StreamReply> T>(T&) {
                       call.error = ApiError::internal();
                   },
                   []<WithoutParts T>(T&) { CHECK(false); },
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
    std::visit(
        Overloaded{
            [&](BatchReadReply& reads) { limitBatch(call.ops, reads); },
            []<OneOf<ItemReply, WriteReply, RangeReply, BatchWriteReply, StreamReply> T>(T&) {},
            []<WithoutParts T>(T&) {},
        },
        call.reply);
    Answered& answered = m_answers.emplace_back(
        CallId(call.id), std::move(call.call),
        call.error ? ApiResult<Reply>(std::unexpected(std::move(*call.error)))
                   : ApiResult<Reply>(std::move(call.reply)),
        call.served, std::max(call.gate, m_world.catalog.gate()));
    traceServed(call, answered);
    m_calls.erase(number);
}

}  // namespace orrery::cluster
