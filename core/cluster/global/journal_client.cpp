#include "core/cluster/global/journal_client.h"

#include <algorithm>
#include <vector>

namespace orrery::cluster {
namespace {

using namespace std::chrono_literals;

/// A request without an answer is sent to the next member after this time and twice the way there
/// and back.
constexpr Duration kResendAfter = 300ms;
/// One that no member took is sent on after this time: an election may be under way.
constexpr Duration kNextSeatAfter = 50ms;
/// Redirects of one request before it waits: members may point at each other.
constexpr std::uint32_t kRedirectsMax = 4;

ZoneIndex after(ZoneIndex seat) {
    return ZoneIndex(static_cast<std::uint8_t>((seat.value() + 1) % kZonesPerRegion));
}

}  // namespace

std::uint64_t JournalClient::ask(const Group& partition, const Group& journal,
                                 JournalRequest request, Instant limit) {
    Partition& state = m_partitions.of(partition.id);
    const std::uint64_t number = ++state.last;
    const ZoneIndex zone = request.sender;
    request.id = {partition.id, partition.member(zone).replica->term(), number};
    request.region = partition.region;
    request.table = partition.table;
    Asked& asked = state.asked[number];
    asked.request = std::make_shared<const JournalRequest>(std::move(request));
    asked.journal = journal.id;
    asked.seat = state.hints[zone.value()].value_or(journal.appointed);
    asked.limit = limit;
    send(partition, asked);
    retryBy(partition.id, state, dueAt(partition, asked));
    return number;
}

void JournalClient::send(const Group& partition, Asked& asked) {
    asked.sentAt = m_world.now;
    asked.isAnswered = false;
    const Group* const journal = m_world.findGroup(asked.journal);
    if (journal == nullptr) return;  // Its table is being deleted.
    EnvelopeHeader header{.from = {journal->id, partition.region, asked.request->sender},
                          .to = asked.seat,
                          .kind = observe::MessageKind::JournalRequest};
    const RegionId region = journal->regionOf(asked.seat);
    if (region != partition.region) header.toRegion = region;
    m_world.post.send(JournalAsked{header, asked.request, asked.isRepeated});
}

Instant JournalClient::dueAt(const Group& partition, const Asked& asked) const {
    Duration wait = kNextSeatAfter;
    const Group* const journal = m_world.findGroup(asked.journal);
    if (!asked.isAnswered && journal != nullptr) {
        const std::string& own = m_world.region(partition.region).name;
        const std::string& other = m_world.region(journal->regionOf(asked.seat)).name;
        const Duration way =
            m_world.linkBetween(own, other).delay + m_world.linkBetween(other, own).delay;
        wait = kResendAfter + 2 * way;
    }
    return std::min(asked.sentAt + wait, asked.limit);
}

void JournalClient::retryBy(GroupId partition, Partition& state, Instant at) {
    if (at >= state.retryAt) return;
    state.retryAt = at;
    m_world.queue.add(at, JournalRetry{partition, at});
}

void JournalClient::sendAgain(const Group& partition, Asked& asked) {
    const ZoneIndex next = after(asked.seat);
    if (!asked.isAnswered) {
        asked.isRepeated = true;
        std::optional<ZoneIndex>& hint =
            m_partitions.of(partition.id).hints[asked.request->sender.value()];
        if (!hint || hint == asked.seat) hint = next;
    }
    asked.seat = next;
    asked.redirects = 0;
    send(partition, asked);
}

void JournalClient::on(const JournalRetry& retry) {
    Group* const partition = m_world.findGroup(retry.partition);
    Partition* const state = m_partitions.find(retry.partition);
    if (partition == nullptr || state == nullptr || state->retryAt != retry.at) return;
    state->retryAt = Instant::never();
    std::vector<std::uint64_t> late;
    Instant next = Instant::never();
    for (auto& [number, asked] : state->asked) {
        if (m_world.now >= asked.limit) {
            late.push_back(number);
            continue;
        }
        if (m_world.now >= dueAt(*partition, asked)) sendAgain(*partition, asked);
        next = std::min(next, dueAt(*partition, asked));
    }
    retryBy(retry.partition, *state, next);
    for (const std::uint64_t number : late)
        take(*partition, number, JournalOutcome::Unknown);
}

void JournalClient::on(const JournalAnswered& answered) {
    if (!m_world.post.arrives(answered.header, answered.id.number)) return;
    Group* const partition = m_world.findGroup(answered.id.partition);
    Partition* const state = m_partitions.find(answered.id.partition);
    if (partition == nullptr || state == nullptr) return;
    const auto known = state->asked.find(answered.id.number);
    if (known == state->asked.end()) return;
    Asked& asked = known->second;
    std::optional<ZoneIndex>& hint = state->hints[asked.request->sender.value()];
    if (answered.outcome == JournalOutcome::NotLeader) {
        // Another sending may still be under way.
        if (answered.header.from.zone != asked.seat) return;
        if (answered.leader) hint = answered.leader;
        sendOn(*partition, asked, answered.leader);
        return retryBy(partition->id, *state, dueAt(*partition, asked));
    }
    hint = answered.header.from.zone;
    const bool isRefused =
        answered.outcome == JournalOutcome::Stale || answered.outcome == JournalOutcome::Conflict;
    // Another sending may be what it met.
    const bool isUnsure = asked.request->kind == JournalRequest::Kind::Propose && asked.isRepeated;
    const bool mayBeItself = isRefused && isUnsure;
    take(*partition, answered.id.number, mayBeItself ? JournalOutcome::Unknown : answered.outcome);
}

void JournalClient::sendOn(const Group& partition, Asked& asked, std::optional<ZoneIndex> leader) {
    asked.isAnswered = true;
    asked.sentAt = m_world.now;
    const bool isUseful = leader && *leader != asked.seat && asked.redirects < kRedirectsMax;
    if (!isUseful) return;  // The next one is asked once it is due.
    asked.seat = *leader;
    ++asked.redirects;
    send(partition, asked);
}

void JournalClient::take(Group& partition, std::uint64_t number, JournalOutcome outcome) {
    auto& all = m_partitions.of(partition.id).asked;
    const auto request = all.find(number)->second.request;
    all.erase(number);
    m_take(partition, *request, outcome);
}

void JournalClient::moved(const Group& partition) {
    Partition* const state = m_partitions.find(partition.id);
    if (state == nullptr) return;
    for (const Member& member : partition.members) {
        if (member.replica) continue;
        state->hints[member.zone.value()].reset();
        std::erase_if(state->asked,
                      [&](const auto& one) { return one.second.request->sender == member.zone; });
    }
}

}  // namespace orrery::cluster
