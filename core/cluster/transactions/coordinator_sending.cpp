#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "core/base/check.h"
#include "core/cluster/transactions/coordinator.h"

// How a coordinator finds the leaders that it asks, and asks again: every step may be repeated.

namespace orrery::cluster {
namespace {

/// True if the answer counts. An answer to an earlier sending of this phase counts too, since the
/// leader has done the work; so a leader that is asked again while it waits for an index does not
/// wait anew.
bool isAwaited(const Asked& asked, const OpAnswered& answered) {
    const Op& op = asked.op;
    if (op.group != answered.header.from.group || op.state == Op::State::Done) return false;
    const std::uint32_t sending = answered.op.sending;
    if (sending == op.sending) return op.awaits(answered.op);
    const bool isDone =
        std::holds_alternative<std::unique_ptr<TransactionResult>>(answered.result->answer);
    return isDone && asked.firstSending <= sending && sending < op.sending;
}

Access accessOf(TransactionStep step) {
    return step == TransactionStep::Read ? Access::Strong : Access::Write;
}

}  // namespace

Coordinator::Parts Coordinator::partitionsOf(const std::vector<std::string>& keys) const {
    Parts parts;
    for (std::uint32_t i = 0; i < keys.size(); ++i)
        parts[m_world.partitions.find(keys[i])].push_back(i);
    return parts;
}

TransactionOp Coordinator::opOf(const Driven& driven, TransactionStep step) const {
    TransactionOp op;
    op.step = step;
    op.name = driven.name;
    op.id = driven.id;
    op.ledger = driven.ledger;
    op.stamp = driven.stamp;
    return op;
}

void Coordinator::addToLedger(Driven& driven, TransactionOp op) const {
    auto request = std::make_shared<OpRequest>();
    request->access = Access::Write;
    request->transaction = std::make_shared<const TransactionOp>(std::move(op));
    Asked& asked = driven.asked.emplace_back();
    asked.op.group = driven.ledger;
    asked.op.request = std::move(request);
}

// A partition that is gone has nothing to resolve; its table was deleted.
void Coordinator::addToPartitions(Driven& driven, TransactionStep step,
                                  const std::vector<std::string>& keys) const {
    const bool isResolved = step == TransactionStep::Commit || step == TransactionStep::Cancel;
    for (auto& [group, positions] : partitionsOf(keys)) {
        if (m_world.findGroup(group) == nullptr) {
            if (!isResolved) driven.error = ApiError::resourceNotFound();
            continue;
        }
        TransactionOp op = opOf(driven, step);
        const auto read = driven.readUpTo.find(group);
        if (read != driven.readUpTo.end()) op.since = read->second;
        for (const std::uint32_t position : positions)
            op.keys.push_back(keys[position]);
        if (!driven.isRecovery() && driven.standing != Driven::Standing::Repeated)
            op.actions = positions;
        auto request = std::make_shared<OpRequest>();
        request->call = driven.request;
        request->access = accessOf(step);
        request->transaction = std::make_shared<const TransactionOp>(std::move(op));
        Asked& asked = driven.asked.emplace_back();
        asked.op.group = group;
        asked.op.request = std::move(request);
        asked.positions = std::move(positions);
    }
}

void Coordinator::ask(CallNumber number, Driven& driven, Driven::Phase phase, Instant deadline) {
    driven.phase = phase;
    driven.deadline = deadline;
    driven.askedAt = m_world.now;
    driven.askedLeft = static_cast<std::uint32_t>(driven.asked.size());
    if (driven.askedLeft == 0) return phaseDone(number, driven);
    for (Asked& asked : driven.asked) {
        OpRequest request = *asked.op.request;
        request.deadline = driven.deadline;
        asked.op.request = std::make_shared<const OpRequest>(std::move(request));
    }
    m_requests.scheduleSweep(m_driven);
    const std::uint32_t round = ++driven.round;
    const auto parts = static_cast<std::uint32_t>(driven.asked.size());
    for (std::uint32_t part = 0; part < parts; ++part) {
        // A group that is gone is done with at once; the last one ends the phase, or even all.
        const auto found = m_driven.find(number);
        if (found == m_driven.end() || found->second.round != round) return;
        send(number, found->second, part);
    }
}

ZoneIndex Coordinator::chooseReplica(const Driven& driven, const Op& op, const Group& group) const {
    if (const auto leader = m_requests.expectedLeader(group, driven.zone, op)) return *leader;
    const auto& suspects = m_world.region(driven.region).suspects[driven.zone.value()];
    // The next zone in order that is heard.
    for (int step = 1; step <= kZonesPerRegion; ++step) {
        const auto next = static_cast<std::uint8_t>((op.target.value() + step) % kZonesPerRegion);
        if (!suspects[next]) return ZoneIndex(next);
    }
    return driven.zone;
}

void Coordinator::send(CallNumber number, Driven& driven, std::uint32_t part) {
    Asked& asked = driven.asked[part];
    const Group* group = m_world.findGroup(asked.op.group);
    if (group == nullptr) {
        if (driven.phase != Driven::Phase::Resolve) driven.error = ApiError::resourceNotFound();
        return partDone(number, driven, asked);
    }
    const std::uint32_t sending = ++driven.sendings;
    if (asked.op.attempts == 0) asked.firstSending = sending;
    m_requests.send(*group, asked.op, {number, part, sending, driven.zone},
                    chooseReplica(driven, asked.op, *group));
}

void Coordinator::on(OpAnswered& answered) {
    if (!m_world.post.arrives(answered.header, answered.op.call.value())) return;
    const auto found = m_driven.find(answered.op.call);
    if (found == m_driven.end()) return;
    Driven& driven = found->second;
    if (answered.op.part >= driven.asked.size()) return;
    Asked& asked = driven.asked[answered.op.part];
    if (!isAwaited(asked, answered)) return;
    const LeaderRequests::Next next = m_requests.answered(asked.op, answered);
    if (next == LeaderRequests::Next::Wait) return;
    if (next == LeaderRequests::Next::Send) return send(answered.op.call, driven, answered.op.part);
    if (auto* refusal = std::get_if<Refused>(&answered.result->answer)) {
        if (m_world.damage) return refused(answered.op.call, driven, std::move(refusal->error));
        // The fate of what the leader proposed is unknown to it: it is asked again.
        return m_requests.retryLater(answered.op);
    }
    take(answered.op.call, driven, asked, *answered.result);
    partDone(answered.op.call, driven, asked);
}

void Coordinator::partDone(CallNumber number, Driven& driven, Asked& asked) {
    asked.op.state = Op::State::Done;
    CHECK(driven.askedLeft > 0);
    if (--driven.askedLeft > 0) return;
    driven.asked.clear();
    phaseDone(number, driven);
}

void Coordinator::on(const OpRetry& retry) {
    const auto found = m_driven.find(retry.op.call);
    if (found == m_driven.end() || retry.op.part >= found->second.asked.size()) return;
    if (!found->second.asked[retry.op.part].op.awaitsRetry(retry.op)) return;
    send(retry.op.call, found->second, retry.op.part);
}

void Coordinator::on(const CallSweep& sweep) {
    std::vector<CallNumber> late;
    std::vector<std::pair<CallNumber, std::uint32_t>> slow;
    const auto look = [&](CallNumber number, const Driven& driven) {
        const bool isLate = m_world.now >= driven.deadline;
        if (isLate) late.push_back(number);
        for (std::uint32_t part = 0; part < driven.asked.size(); ++part)
            if (!isLate && m_requests.isSlow(driven.asked[part].op))
                slow.emplace_back(number, part);
        return driven.asked.size();
    };
    const bool isWhole = m_requests.sweep(m_driven, sweep.from, look);
    for (const CallNumber number : late) {
        Driven& driven = m_driven.at(number);
        driven.asked.clear();
        tooLate(number, driven);
    }
    for (const auto& [number, part] : slow) {
        const auto found = m_driven.find(number);
        if (found == m_driven.end() || part >= found->second.asked.size()) continue;
        // The unanswered request is the cause.
        const CauseScope scope(m_world.queue, found->second.asked[part].op.sent);
        send(number, found->second, part);
    }
    if (isWhole) m_requests.sweepEnds(m_driven);
}

}  // namespace orrery::cluster
