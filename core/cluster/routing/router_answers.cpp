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

void takeItem(Reply& reply, std::uint32_t part, ItemView item) {
    if (auto* batch = std::get_if<BatchReadReply>(&reply)) {
        batch->items[part] = std::move(item);
    } else {
        std::get<ItemReply>(reply).item = std::move(item);
    }
}

void takeWrite(Reply& reply, std::uint32_t part, WriteReply write) {
    if (auto* batch = std::get_if<BatchWriteReply>(&reply)) {
        batch->writes[part] = std::move(write);
    } else {
        std::get<WriteReply>(reply) = std::move(write);
    }
}

}  // namespace

void Router::on(OpAnswered& answered) {
    if (!m_world.post.arrives(answered.header, answered.op.call.value())) return;
    const auto found = m_calls.find(answered.op.call);
    if (found == m_calls.end()) return;
    PendingCall& call = found->second;
    Op& op = call.ops[answered.op.part];
    if (!op.awaits(answered.op)) return;
    const LeaderRequests::Next next = m_requests.answered(op, answered);
    if (next == LeaderRequests::Next::Wait) return;
    if (next == LeaderRequests::Next::Send) return send(answered.op.call, call, answered.op.part);
    OpResult& result = *answered.result;
    const std::uint64_t staleBefore = call.served.staleItems.value_or(0);
    call.served = result.served;
    if (call.served.staleItems) *call.served.staleItems += staleBefore;
    call.gate = std::max(call.gate, result.gate);
    if (take(answered.op.call, call, answered.op.part, result))
        partDone(answered.op.call, call, answered.op.part);
}

bool Router::take(CallNumber number, PendingCall& call, std::uint32_t part, OpResult& result) {
    return std::visit(
        Overloaded{
            [](const Redirect&) -> bool { CHECK(false); },  // LeaderRequests has followed it.
            [&](Refused& refusal) {
                refused(number, call, part, refusal);
                return false;
            },
            [&](ItemView& item) {
                takeItem(call.reply, part, std::move(item));
                return true;
            },
            [&](WriteReply& write) {
                takeWrite(call.reply, part, std::move(write));
                return true;
            },
            [&](RangeReply& page) { return takePage(number, call, page); },
            [&](StreamReply& stream) {
                call.reply = std::move(stream);
                return true;
            },
            // Only coordinators ask for these.
            [](const std::unique_ptr<TransactionResult>&) -> bool { CHECK(false); },
        },
        result.answer);
}

// Only the reply of a batch of writes can name writes that failed.
void Router::refused(CallNumber number, PendingCall& call, std::uint32_t part, Refused& refusal) {
    countConflicts(refusal.error);
    const bool ofService = httpStatus(refusal.error.type) >= 500;
    if (ofService && call.ops.size() > 1) return giveUp(number, call, part);
    const auto fail = [&] {
        call.error = std::move(refusal.error);
        partDone(number, call, part);
    };
    std::visit(Overloaded{
                   [&](BatchWriteReply& reply) {
                       const bool isConflict = refusal.error.type == ErrorType::TransactionConflict;
                       if (std::get<WriteBatch>(*call.request).failsSingly) {
                           reply.failed.emplace_back(part, std::move(refusal.error));
                           // A write that is refused costs what it attempted.
                           reply.writes[part] = {std::move(refusal.item), {}, {}};
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

bool Router::takePage(CallNumber number, PendingCall& call, RangeReply& taken) {
    const auto& range = std::get<ReadRange>(*call.request);
    auto& page = std::get<RangeReply>(call.reply);
    std::uint64_t bytes = 0;
    for (ItemView& item : taken.items) {
        bytes += item.itemBytes;
        call.bytesLeft -= std::min<std::uint64_t>(call.bytesLeft, item.itemBytes);
        --call.itemsLeft;
        page.items.push_back(std::move(item));
    }
    for (ItemView& item : taken.tableItems) {
        call.bytesLeft -= std::min<std::uint64_t>(call.bytesLeft, item.itemBytes);
        page.tableItems.push_back(std::move(item));
    }
    page.partitionBytes.push_back(bytes);
    Op& op = call.ops.front();
    const bool isLastRange = range.isLast(op.request->part);
    const bool isFull = call.itemsLeft == 0 || call.bytesLeft == 0;
    page.more = taken.more || (isFull && !isLastRange);
    if (page.more) return true;
    const Group* group = m_world.findGroup(op.group);
    // The partition disappeared after its answer, so the page may be incomplete.
    if (group == nullptr) {
        send(number, call, 0);
        return false;
    }
    OpRequest continued = *op.request;
    GroupId next = nextPartition(m_world, range, continued.part, group);
    if (next == GroupId{}) {
        if (isLastRange) return true;
        const ReadRange::Bounds bounds = range.bounds(++continued.part);
        continued.key = range.forward ? bounds.begin : bounds.end;
        next = nextPartition(m_world, range, continued.part, nullptr);
    }
    continued.committedBefore = committedIn(next);
    continued.itemsLeft = call.itemsLeft;
    continued.bytesLeft = call.bytesLeft;
    op.request = std::make_shared<const OpRequest>(std::move(continued));
    op.group = next;
    op.attempts = 0;
    send(number, call, 0);
    return false;
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
        call.id, std::move(call.call),
        call.error ? ApiResult<Reply>(std::unexpected(std::move(*call.error)))
                   : ApiResult<Reply>(std::move(call.reply)),
        call.served, std::max(call.gate, m_world.catalog.gate()));
    traceServed(call, answered);
    m_calls.erase(number);
}

}  // namespace orrery::cluster
