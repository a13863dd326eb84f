#include "core/cluster/kernel/leader_requests.h"

#include <variant>

namespace orrery::cluster {

using namespace std::chrono_literals;

namespace {

constexpr Duration kSweepEvery = 100ms;
constexpr Duration kAttemptTimeout = 300ms;
constexpr Duration kStrongAttemptTimeout = 1000ms;
constexpr Duration kRetryDelay = 20ms;
/// After so many attempts a redirected op waits before the next one: replicas may point at each
/// other.
constexpr std::uint32_t kRedirectsMax = 4;

}  // namespace

std::optional<ZoneIndex> LeaderRequests::expectedLeader(const Group& group, ZoneIndex sender,
                                                        const Op& op) const {
    if (!op.request->needsLeader()) return std::nullopt;
    const ZoneIndex hint = m_hints.find(group, sender);
    if (m_world.region(group.region).suspects[sender.value()][hint.value()]) return std::nullopt;
    if (op.attempts > 0 && hint == op.target) return std::nullopt;
    return hint;
}

void LeaderRequests::send(const Group& group, Op& op, OpId id, ZoneIndex target) {
    id.owner = m_owner;
    op.target = target;
    ++op.attempts;
    op.sending = id.sending;
    op.sentAt = m_world.now;
    op.state = Op::State::Sent;
    const auto kind =
        op.request->isWrite() ? observe::MessageKind::Write : observe::MessageKind::Read;
    const EnvelopeHeader header{group.ref(id.router), target, kind};
    op.sent = m_world.post.send(OpArrives{header, id, op.request});
}

LeaderRequests::Next LeaderRequests::answered(Op& op, const OpAnswered& answered) {
    op.state = Op::State::Unsent;
    const auto* redirect = std::get_if<Redirect>(&answered.result->answer);
    const ZoneIndex sender = answered.op.router;
    const ZoneIndex from = answered.header.from.zone;
    const Group* group = m_world.findGroup(op.group);
    const bool learns = group != nullptr && op.request->needsLeader();
    if (redirect == nullptr) {
        if (learns) m_hints.learn(*group, sender, from);
        return Next::Take;
    }
    const bool isUseful =
        learns && redirect->leader && *redirect->leader != from &&
        !m_world.region(group->region).suspects[sender.value()][redirect->leader->value()];
    if (isUseful) {
        m_hints.learn(*group, sender, *redirect->leader);
        if (op.attempts < kRedirectsMax) return Next::Send;
    }
    retryLater(answered.op);
    return Next::Wait;
}

void LeaderRequests::retryLater(OpId id) {
    id.owner = m_owner;
    m_world.queue.add(m_world.now + kRetryDelay, OpRetry{id});
}

bool LeaderRequests::isSlow(const Op& op) const {
    const Duration timeout = op.isStrong ? kStrongAttemptTimeout : kAttemptTimeout;
    return op.state == Op::State::Sent && m_world.now - op.sentAt >= timeout;
}

void LeaderRequests::queueSweep() {
    m_sweepQueued = true;
    m_world.queue.add(m_world.now + kSweepEvery, CallSweep{m_owner, {}});
}

}  // namespace orrery::cluster
