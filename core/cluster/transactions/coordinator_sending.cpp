#include <algorithm>
#include <array>
#include <utility>

#include "core/base/check.h"
#include "core/cluster/transactions/coordinator.h"

// How a coordinator finds the leaders that it asks, and asks again: every step may be repeated.

namespace orrery::cluster {

using namespace std::chrono_literals;

namespace {

constexpr Duration kSweepEvery = 100ms;
constexpr Duration kAttemptTimeout = 300ms;
constexpr Duration kRetryDelay = 20ms;
constexpr std::uint32_t kRedirectsMax = 4;
/// What one event of a sweep looks at.
constexpr std::size_t kSweepPartsMax = 200;

/// Whether the answer counts. What was done for an earlier sending of this phase is done, so that
/// a leader that is asked again while it waits for an index does not wait anew.
bool isAwaited(const Asked& asked, const OpAnswered& answered) {
    if (asked.group != answered.header.from.group || asked.state == Asked::State::Done)
        return false;
    const std::uint32_t sending = answered.op.sending;
    if (sending == asked.sending) return asked.state == Asked::State::Sent;
    const OpResult& result = *answered.result;
    const bool isDone = result.kind == OpResult::Kind::Done && !result.error;
    return isDone && asked.firstSending <= sending && sending < asked.sending;
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
    asked.group = driven.ledger;
    asked.request = std::move(request);
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
        if (driven.request != nullptr && !driven.isRepeated) op.actions = positions;
        auto request = std::make_shared<OpRequest>();
        request->call = driven.request;
        request->access = accessOf(step);
        request->transaction = std::make_shared<const TransactionOp>(std::move(op));
        Asked& asked = driven.asked.emplace_back();
        asked.group = group;
        asked.request = std::move(request);
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
        OpRequest request = *asked.request;
        request.deadline = driven.deadline;
        asked.request = std::make_shared<const OpRequest>(std::move(request));
    }
    scheduleSweep();
    const std::uint32_t round = ++driven.round;
    const auto parts = static_cast<std::uint32_t>(driven.asked.size());
    for (std::uint32_t part = 0; part < parts; ++part) {
        // A group that is gone is done with at once; the last one ends the phase, or even all.
        const auto found = m_driven.find(number);
        if (found == m_driven.end() || found->second.round != round) return;
        send(number, found->second, part);
    }
}

ZoneIndex Coordinator::chooseReplica(const Driven& driven, const Asked& asked,
                                     const Group& group) const {
    const auto& suspects = m_world.region(driven.region).suspects[driven.zone.value()];
    const ZoneIndex hint = m_hints.find(group, driven.zone);
    if (!suspects[hint.value()] && (asked.attempts == 0 || hint != asked.target)) return hint;
    // The next zone in order that is heard.
    for (int step = 1; step <= kZonesPerRegion; ++step) {
        const auto next =
            static_cast<std::uint8_t>((asked.target.value() + step) % kZonesPerRegion);
        if (!suspects[next]) return ZoneIndex(next);
    }
    return driven.zone;
}

void Coordinator::send(CallNumber number, Driven& driven, std::uint32_t part) {
    Asked& asked = driven.asked[part];
    const Group* group = m_world.findGroup(asked.group);
    if (group == nullptr) {
        if (driven.phase != Driven::Phase::Resolve) driven.error = ApiError::resourceNotFound();
        return partDone(number, driven, asked);
    }
    asked.target = chooseReplica(driven, asked, *group);
    ++asked.attempts;
    asked.sending = ++driven.sendings;
    if (asked.attempts == 1) asked.firstSending = asked.sending;
    asked.sentAt = m_world.now;
    asked.state = Asked::State::Sent;
    const auto kind =
        asked.request->isWrite() ? observe::MessageKind::Write : observe::MessageKind::Read;
    const EnvelopeHeader header{{asked.group, driven.region, driven.zone}, asked.target, kind};
    const OpId op{number, part, asked.sending, driven.zone, OpOwner::Coordinator};
    asked.sent = m_world.post.send(OpArrives{header, op, asked.request});
}

void Coordinator::retryLater(const OpId& op) {
    m_world.queue.add(m_world.now + kRetryDelay, TransactionRetry{op});
}

void Coordinator::on(OpAnswered& answered) {
    if (!m_world.post.arrives(answered.header, answered.op.call.value())) return;
    const auto found = m_driven.find(answered.op.call);
    if (found == m_driven.end()) return;
    Driven& driven = found->second;
    if (answered.op.part >= driven.asked.size()) return;
    Asked& asked = driven.asked[answered.op.part];
    OpResult& result = *answered.result;
    if (!isAwaited(asked, answered)) return;
    asked.state = Asked::State::Unsent;
    const ZoneIndex from = answered.header.from.zone;
    const Group* group = m_world.findGroup(asked.group);
    if (result.kind == OpResult::Kind::Redirect) {
        const auto& suspects = m_world.region(driven.region).suspects[driven.zone.value()];
        const bool isUseful =
            result.leader && *result.leader != from && !suspects[result.leader->value()];
        if (isUseful && group != nullptr) {
            m_hints.learn(*group, driven.zone, *result.leader);
            if (asked.attempts < kRedirectsMax)
                return send(answered.op.call, driven, answered.op.part);
        }
        return retryLater(answered.op);
    }
    if (group != nullptr) m_hints.learn(*group, driven.zone, from);
    if (result.error && m_world.damage)
        return refused(answered.op.call, driven, *std::move(result.error));
    // The fate of what the leader proposed is unknown to it: it is asked again.
    if (result.error) return retryLater(answered.op);
    take(answered.op.call, driven, asked, result);
    partDone(answered.op.call, driven, asked);
}

void Coordinator::partDone(CallNumber number, Driven& driven, Asked& asked) {
    asked.state = Asked::State::Done;
    CHECK(driven.askedLeft > 0);
    if (--driven.askedLeft > 0) return;
    driven.asked.clear();
    phaseDone(number, driven);
}

void Coordinator::on(const TransactionRetry& retry) {
    const auto found = m_driven.find(retry.op.call);
    if (found == m_driven.end() || retry.op.part >= found->second.asked.size()) return;
    const Asked& asked = found->second.asked[retry.op.part];
    if (asked.state != Asked::State::Unsent || asked.sending != retry.op.sending) return;
    send(retry.op.call, found->second, retry.op.part);
}

// Thousands of transactions may be waiting, so each event looks at some of them.
void Coordinator::on(const TransactionSweep& sweep) {
    std::vector<CallNumber> late;
    std::vector<std::pair<CallNumber, std::uint32_t>> slow;
    auto at = m_driven.lower_bound(sweep.from);
    for (std::size_t seen = 0; at != m_driven.end() && seen < kSweepPartsMax; ++at) {
        const auto& [number, driven] = *at;
        seen += std::max<std::size_t>(driven.asked.size(), 1);
        if (m_world.now >= driven.deadline) {
            late.push_back(number);
            continue;
        }
        for (std::uint32_t part = 0; part < driven.asked.size(); ++part) {
            const Asked& asked = driven.asked[part];
            const bool isSlow =
                asked.state == Asked::State::Sent && m_world.now - asked.sentAt >= kAttemptTimeout;
            if (isSlow) slow.emplace_back(number, part);
        }
    }
    const bool isDone = at == m_driven.end();
    if (!isDone) m_world.queue.add(m_world.now, TransactionSweep{at->first});
    for (const CallNumber number : late) {
        Driven& driven = m_driven.at(number);
        driven.asked.clear();
        tooLate(number, driven);
    }
    for (const auto& [number, part] : slow) {
        const auto found = m_driven.find(number);
        if (found == m_driven.end() || part >= found->second.asked.size()) continue;
        // The unanswered request is the cause.
        const CauseScope scope(m_world.queue, found->second.asked[part].sent);
        send(number, found->second, part);
    }
    if (!isDone) return;
    m_sweepQueued = false;
    scheduleSweep();
}

void Coordinator::scheduleSweep() {
    if (m_sweepQueued || m_driven.empty()) return;
    m_sweepQueued = true;
    m_world.queue.add(m_world.now + kSweepEvery, TransactionSweep{});
}

}  // namespace orrery::cluster
