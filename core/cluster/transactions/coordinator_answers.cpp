#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/overloaded.h"
#include "core/cluster/transactions/coordinator.h"
#include "core/cluster/transactions/ledger_row.h"
#include "core/cluster/writes/item_writer.h"

// How a coordinator handles the answers of each phase.

namespace orrery::cluster {

using Phase = Driven::Phase;
using Standing = Driven::Standing;

namespace {

/// How often a transaction is prepared again with a higher stamp.
constexpr std::uint32_t kStampsMax = 10;
/// How often a read transaction retries after it met an unfinished write.
constexpr std::uint32_t kReadsMax = 4;
constexpr Duration kReadPause = std::chrono::milliseconds(5);

// The service's text (https://github.com/aws/aws-sdk-java-v2/issues/2518).
ApiError stillInProgress() {
    return {ErrorType::TransactionInProgress,
            "Transaction from previous request is still in progress", nullptr};
}

// The text is ours: no record of it is known.
ApiError readsTooMuch() {
    return ApiError::validation(
        "The aggregate size of the items in the transaction cannot exceed " +
        std::to_string(kTransactionBytesMax) + " bytes");
}

// The text of the service model.
ApiError mismatch() {
    return {ErrorType::IdempotentParameterMismatch,
            "DynamoDB rejected the request because you retried a request with a different payload "
            "but with an idempotent token that was already used.",
            nullptr};
}

}  // namespace

void Coordinator::take(CallNumber number, Driven& driven, const Asked& asked, OpResult& result) {
    driven.gate = std::max(driven.gate, result.gate);
    std::visit(Overloaded{[&](LedgerResult& given) { takeFromLedger(number, driven, given); },
                          [&](PartitionResult& given) { takeFromPartition(driven, asked, given); }},
               *std::get<std::unique_ptr<TransactionResult>>(result.answer));
}

void Coordinator::takeFromPartition(Driven& driven, const Asked& asked, PartitionResult& result) {
    if (result.applied > Lsn{}) driven.readUpTo[asked.op.group] = result.applied;
    if (result.refusal && !driven.error) driven.error = std::move(result.refusal);
    for (std::size_t i = 0; i < asked.positions.size(); ++i) {
        const std::uint32_t position = asked.positions[i];
        // A recovery has no use for it.
        if (position >= driven.results.size()) continue;
        if (driven.phase == Phase::Resolve) {
            driven.results[position].write.collectionBytes =
                result.actions[i].write.collectionBytes;
        } else {
            driven.results[position] = std::move(result.actions[i]);
        }
    }
}

void Coordinator::takeFromLedger(CallNumber number, Driven& driven, LedgerResult& result) {
    const bool wantedCommit = driven.commits();
    switch (result.answer) {
        case LedgerAnswer::Begun:
            setId(number, driven, std::move(result.id));
            return;
        case LedgerAnswer::Repeated:
            driven.standing = Standing::Repeated;
            driven.itemBytes = std::move(result.itemBytes);
            return;
        case LedgerAnswer::Known:
            driven.standing = Standing::Repeated;
            driven.outcome = Outcome::Committed;
            setId(number, driven, std::move(result.id));
            driven.stamp = result.stamp;
            driven.keys = std::move(result.keys);
            driven.itemBytes = std::move(result.itemBytes);
            return;
        case LedgerAnswer::InProgress:
            // Without a token, this is our own transaction, which a recovery has cancelled.
            driven.error = std::get<TransactWrite>(*driven.request).clientToken.empty()
                               ? ApiError::internal()
                               : stillInProgress();
            return;
        case LedgerAnswer::Mismatch:
            driven.error = mismatch();
            return;
        case LedgerAnswer::Decided:
            if (driven.phase == Phase::Finish) return;
            driven.outcome = result.commits ? Outcome::Committed : Outcome::Cancelled;
            driven.stamp = result.stamp;
            driven.keys = std::move(result.keys);
            break;
        case LedgerAnswer::Forgotten:
            driven.standing = Standing::Forgotten;
            driven.outcome = Outcome::Cancelled;
            break;
    }
    // Another coordinator has taken over the transaction.
    if (wantedCommit && !driven.commits() && !driven.error) driven.error = ApiError::internal();
}

void Coordinator::phaseDone(CallNumber number, Driven& driven) {
    switch (driven.phase) {
        case Phase::Begin:
            return begun(number, driven);
        case Phase::Prepare:
            return prepared(number, driven);
        case Phase::Decide:
            return resolve(number, driven);
        case Phase::Resolve:
            return resolved(number, driven);
        case Phase::Finish:
            answer(driven);
            return end(number);
        case Phase::FirstRead:
        case Phase::SecondRead:
            return readDone(number, driven);
        case Phase::Pause:
            return;
    }
}

void Coordinator::begun(CallNumber number, Driven& driven) {
    const bool isRepeated = driven.standing == Standing::Repeated;
    if (driven.error || (isRepeated && driven.id.empty())) {
        answer(driven);
        return end(number);
    }
    if (isRepeated) return resolve(number, driven);
    if (m_world.now >= driven.patience) return cancel(number, driven);
    prepare(number, driven);
}

void Coordinator::prepared(CallNumber number, Driven& driven) {
    if (m_world.now >= driven.patience) return cancel(number, driven);
    CalendarTime highest;
    bool isRefused = driven.error.has_value();
    for (const ActionResult& result : driven.results) {
        isRefused = isRefused || !result.reason.isNone();
        highest = std::max(highest, result.blockedBy);
    }
    const bool isBlocked = highest != CalendarTime();
    // Also when another action is refused: each action's reason is the answer.
    if (!driven.error && isBlocked && ++driven.attempts < kStampsMax) {
        // Until the leaders are asked again, single writes may stamp the items once more. So the
        // new stamp may be later than the present.
        const Duration roundTrip = m_world.now - driven.askedAt;
        const CalendarTime next(highest.sinceEpoch() + Duration(1));
        driven.stamp = CalendarTime(std::max(m_world.calendar(), next).sinceEpoch() + roundTrip);
        return prepare(number, driven);
    }
    bool commits = !isRefused && !isBlocked;
    if (m_world.plantedBug == PlantedBug::CommitsUnprepared) commits = !driven.error;
    driven.outcome = commits ? Outcome::Committed : Outcome::Cancelled;
    if (!commits && !driven.error) {
        std::vector<CancellationReason> reasons;
        for (ActionResult& result : driven.results) {
            if (result.blockedBy != CalendarTime()) result.reason = reasonOf(transactionConflict());
            reasons.push_back(std::move(result.reason));
        }
        driven.error = ApiError::transactionCanceled(std::move(reasons));
    }
    decide(number, driven);
}

// All partitions have done what was decided. A client that is told of a cancellation may use its
// token again at once, so the ledger forgets it first.
void Coordinator::resolved(CallNumber number, Driven& driven) {
    m_world.queue.cause = m_world.emit(observe::TransactionResolved{
        driven.region, driven.zone, driven.keys.size() + driven.held.size(), driven.commits(),
        driven.isRecovery()});
    if (driven.standing == Standing::Forgotten) {
        answer(driven);
        return end(number);
    }
    if (driven.commits()) answer(driven);
    finish(number, driven);
}

void Coordinator::readDone(CallNumber number, Driven& driven) {
    if (driven.error) {
        answer(driven);
        return end(number);
    }
    std::vector<bool> conflicts(driven.keys.size());
    const bool isSecond = driven.phase == Phase::SecondRead;
    for (std::size_t i = 0; i < conflicts.size(); ++i) {
        const ActionResult& result = driven.results[i];
        const bool differs =
            isSecond && (result.hasChanged || result.version != driven.versions[i]);
        conflicts[i] = result.isBeingWritten || differs;
    }
    const bool isOneRound = m_world.plantedBug == PlantedBug::ReadsOnce;
    if (std::ranges::find(conflicts, true) != conflicts.end())
        return readConflicts(number, driven, conflicts);
    if (isSecond || isOneRound) {
        std::uint64_t bytes = 0;
        for (const ActionResult& result : driven.results)
            bytes += result.write.before.itemBytes;
        if (bytes > kTransactionBytesMax) driven.error = readsTooMuch();
        answer(driven);
        return end(number);
    }
    driven.versions.clear();
    for (const ActionResult& result : driven.results)
        driven.versions.push_back(result.version);
    read(number, driven, Phase::SecondRead);
}

void Coordinator::readConflicts(CallNumber number, Driven& driven,
                                const std::vector<bool>& conflicts) {
    if (++driven.attempts < kReadsMax) {
        driven.phase = Phase::Pause;
        driven.deadline = Instant::never();
        m_world.queue.add(m_world.now + kReadPause, TransactionAgain{number});
        return;
    }
    std::vector<CancellationReason> reasons(conflicts.size());
    for (std::size_t i = 0; i < conflicts.size(); ++i)
        if (conflicts[i]) reasons[i] = reasonOf(transactionConflict());
    driven.error = ApiError::transactionCanceled(std::move(reasons));
    answer(driven);
    end(number);
}

// Some leader has not answered. Before the decision, the transaction is cancelled. After it, or if
// even the ledger does not answer, the rest is left to a recovery.
void Coordinator::tooLate(CallNumber number, Driven& driven) {
    if (driven.phase == Phase::Prepare) return cancel(number, driven);
    if (!driven.error) driven.error = ApiError::internal();
    answer(driven);
    end(number);
}

// A leader met damage, in this world or before: it does not answer otherwise when asked again.
void Coordinator::refused(CallNumber number, Driven& driven, ApiError error) {
    driven.asked.clear();
    if (!driven.error) driven.error = std::move(error);
    tooLate(number, driven);
}

void Coordinator::answer(Driven& driven) {
    if (!driven.call) return;
    const CallNumber call = *std::exchange(driven.call, std::nullopt);
    if (driven.error) return m_ended(call, std::unexpected(*driven.error), driven.gate);
    if (driven.phase == Phase::FirstRead || driven.phase == Phase::SecondRead) {
        TransactReadReply reply;
        for (ActionResult& result : driven.results)
            reply.items.push_back(std::move(result.write.before));
        return m_ended(call, Reply(std::move(reply)), driven.gate);
    }
    TransactWriteReply reply;
    if (driven.standing == Standing::Repeated) {
        reply.repeatedBytes = std::move(driven.itemBytes);
    } else {
        for (ActionResult& result : driven.results)
            reply.writes.push_back(std::move(result.write));
    }
    m_ended(call, Reply(std::move(reply)), driven.gate);
}

void Coordinator::end(CallNumber number) {
    const auto found = m_driven.find(number);
    const bool isRecovery = found->second.isRecovery();
    const RegionId region = found->second.region;
    forgetId(number, found->second);
    const std::string id = std::move(found->second.id);
    m_driven.erase(found);
    if (isRecovery) m_recovered(region, id);
}

}  // namespace orrery::cluster
