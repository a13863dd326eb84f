#include "core/cluster/global/replica_outbox.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/check.h"
#include "core/base/prng.h"

namespace orrery::cluster {
namespace {

using namespace std::chrono_literals;

/// The last change of a batch may go beyond the bytes.
constexpr std::size_t kBatchChangesMax = 256;
constexpr std::uint64_t kBatchBytesMax = 256u << 10;
/// Redirects of one batch before the sender waits and tries again.
constexpr std::uint32_t kRedirectsMax = kZonesPerRegion;
/// An unanswered batch is sent again after this time and twice the way there and back; then after
/// twice as long, and so on.
constexpr Duration kResendAfter = 200ms;
constexpr Duration kResendAfterMax = 2s;
/// How often a paused outbox looks whether the pause is over.
constexpr Duration kPausedLook = 200ms;

std::uint64_t bytesOf(const table::LogRecord& record) {
    return record.key.size() + (record.newImage ? record.newImage->size() : 0);
}

/// Of two changes of an item, the later one goes for both. Its heads tell what the versions that
/// are left out descend from.
void follow(table::LogRecord& earlier, table::LogRecord& later) {
    later.base = std::move(earlier.base);
    later.originCommittedAt = earlier.originCommittedAt;
}

}  // namespace

ReplicaOutbox::ReplicaOutbox(WorldState& world, const ReplicaSenderId& sender,
                             const Group& destination, Pace pace)
    : m_world(world),
      m_sender(sender),
      m_pace(pace),
      m_destination(destination.id),
      m_region(destination.region),
      m_target(destination.appointed) {}

// --- what waits

void ReplicaOutbox::addChange(Lsn lsn, table::LogRecord record) {
    if (m_pace == Pace::OneByOne) return put({{lsn, std::move(record)}, m_world.now, 1});
    record.originCommittedAt = record.committedAt;
    const auto known = m_byKey.find(record.key);
    if (known != m_byKey.end() && known->second->change.first != Lsn{})
        return combine(*known->second, std::move(record));
    if (known != m_byKey.end()) {
        m_waitingBytes -= bytesOf(known->second->change.record);
        m_waiting.erase(known->second);
        m_byKey.erase(known);
    }
    put({{lsn, std::move(record)}, m_world.now, 1});
}

void ReplicaOutbox::addItem(table::LogRecord record) {
    record.originCommittedAt = record.committedAt;
    if (m_byKey.contains(record.key)) return;
    put({{Lsn{}, std::move(record)}, m_world.now, 0});
}

void ReplicaOutbox::put(Waiting waiting) {
    m_waitingBytes += bytesOf(waiting.change.record);
    m_waitingCommits += waiting.commits;
    m_waiting.push_back(std::move(waiting));
    if (m_pace == Pace::OneByOne) return;
    const auto last = std::prev(m_waiting.end());
    m_byKey.emplace(last->change.record.key, last);
}

// It keeps its place, so that an item that changes all the time leaves too.
void ReplicaOutbox::combine(Waiting& waiting, table::LogRecord record) {
    table::LogRecord& earlier = waiting.change.record;
    m_waitingBytes += bytesOf(record);
    m_waitingBytes -= bytesOf(earlier);
    follow(earlier, record);
    earlier = std::move(record);
    ++waiting.commits;
    ++m_waitingCommits;
}

std::size_t ReplicaOutbox::unanswered() const {
    return m_waiting.size() + (m_inFlight ? m_inFlight->changes.size() : 0);
}

std::optional<Lsn> ReplicaOutbox::firstLacking() const {
    const auto isRecord = [](const ReplicatedChange& change) { return change.first != Lsn{}; };
    std::optional<Lsn> lacking;
    if (m_inFlight) {
        const auto first = std::ranges::find_if(m_inFlight->changes, isRecord);
        if (first != m_inFlight->changes.end()) lacking = first->first;
    }
    const auto first = std::ranges::find_if(m_waiting, isRecord, &Waiting::change);
    if (first != m_waiting.end())
        lacking = std::min(lacking.value_or(first->change.first), first->change.first);
    return lacking;
}

// --- sending

Duration ReplicaOutbox::delay() const {
    const Profile& profile = m_world.profile;
    if (m_pace == Pace::OneByOne) return Duration::zero();
    if (profile.replicationDelayMean == Duration::zero()) return profile.replicationDelay;
    const std::uint64_t link = m_sender.source.value() << 32 ^ m_destination.value() << 16;
    Prng prng = Prng::stream(m_world.seed, "replication", link ^ m_batches);
    const auto mean = static_cast<std::uint64_t>(profile.replicationDelayMean.count());
    return profile.replicationDelay + Duration(static_cast<std::int64_t>(prng.exponential(mean)));
}

Instant ReplicaOutbox::overdueAt() const {
    const auto& own = m_world.region(m_sender.region).name;
    const auto& other = m_world.region(m_region).name;
    const Duration way =
        m_world.linkBetween(own, other).delay + m_world.linkBetween(other, own).delay;
    const Duration first = kResendAfter + 2 * way;
    const std::uint32_t doublings = std::min(m_tries, 4u);
    return m_sentAt + std::min(first * (1 << doublings), std::max(first, kResendAfterMax));
}

Instant ReplicaOutbox::send(bool isPaused) {
    if (m_isStopped) return Instant::never();
    const Instant paused = m_world.now + kPausedLook;
    if (m_inFlight) {
        if (m_world.now < overdueAt()) return overdueAt();
        if (isPaused) return paused;
        if (!m_wasBusy) {
            sendAgain();
            return overdueAt();
        }
        takeBack();
    }
    if (m_waiting.empty()) return Instant::never();
    const Duration wait = delay();
    const Instant dueAt = m_waiting.front().leavesAt(wait);
    if (m_world.now < dueAt) return dueAt;
    if (isPaused) return paused;
    fillBatch(wait);
    transmit();
    return overdueAt();
}

void ReplicaOutbox::fillBatch(Duration wait) {
    auto batch = std::make_shared<ReplicaBatch>();
    batch->source = m_sender.source;
    batch->region = m_sender.region;
    batch->sender = m_sender.zone;
    batch->term = m_sender.term;
    batch->number = ++m_batches;
    m_inFlightBytes = 0;
    m_inFlightCommits = 0;
    m_commitsInFlight.clear();
    const auto isItem = [](const Waiting& one) { return one.change.record.newImage.has_value(); };
    // What lacks room or waits for a transaction must not hold up deletions.
    const bool isForDeletions =
        std::exchange(m_wasBusy, false) && !std::ranges::all_of(m_waiting, isItem);
    for (auto at = m_waiting.begin(); at != m_waiting.end() && at->leavesAt(wait) <= m_world.now;) {
        if (batch->changes.size() == kBatchChangesMax || m_inFlightBytes >= kBatchBytesMax) break;
        if (isForDeletions && isItem(*at)) {
            ++at;
            continue;
        }
        m_inFlightBytes += bytesOf(at->change.record);
        m_inFlightCommits += at->commits;
        m_commitsInFlight.push_back(at->commits);
        m_byKey.erase(at->change.record.key);
        batch->changes.push_back(std::move(at->change));
        at = m_waiting.erase(at);
    }
    m_waitingBytes -= m_inFlightBytes;
    m_waitingCommits -= m_inFlightCommits;
    m_inFlight = std::move(batch);
    m_tries = 0;
    m_redirects = 0;
}

void ReplicaOutbox::transmit() {
    m_sentAt = m_world.now;
    const observe::ReplicaRef from{m_destination, m_sender.region, m_sender.zone};
    EnvelopeHeader header{.from = from, .to = m_target, .kind = observe::MessageKind::ReplicaBatch};
    // The leader of a journal may be in the Region of a replica.
    if (m_region != m_sender.region) header.toRegion = m_region;
    m_world.post.send(ReplicaBatchArrives{header, m_inFlight});
}

// No answer came: another zone may have the leader, or power.
void ReplicaOutbox::sendAgain() {
    m_target = ZoneIndex(static_cast<std::uint8_t>((m_target.value() + 1) % kZonesPerRegion));
    ++m_tries;
    m_redirects = 0;
    transmit();
}

// --- answers

bool ReplicaOutbox::handle(const ReplicaBatchAnswered& answered) {
    const bool isIt =
        m_inFlight && m_inFlight->number == answered.number && m_inFlight->term == answered.term;
    if (!isIt) return false;
    m_tries = 0;
    switch (answered.outcome) {
        case ReplicaBatchOutcome::Taken:
            m_inFlight.reset();
            m_inFlightBytes = 0;
            m_inFlightCommits = 0;
            if (answered.leader) m_target = *answered.leader;
            return true;
        case ReplicaBatchOutcome::NotLeader:
            redirect(answered);
            return false;
        case ReplicaBatchOutcome::Busy:
            // What it lacks is sent again once the batch is overdue; a journal's in the same order.
            m_wasBusy = m_pace != Pace::OneByOne;
            return false;
        case ReplicaBatchOutcome::Damaged:
            m_isStopped = true;
            return false;
    }
    CHECK(false);
}

// What an item has become since then takes its place: its deletion may have room where it had none.
void ReplicaOutbox::takeBack() {
    const auto batch = std::exchange(m_inFlight, nullptr);
    m_inFlightBytes = 0;
    m_inFlightCommits = 0;
    for (std::size_t i = batch->changes.size(); i > 0; --i)
        putBack({batch->changes[i - 1], m_sentAt, m_commitsInFlight[i - 1]});
}

void ReplicaOutbox::putBack(Waiting earlier) {
    const auto known = m_byKey.find(earlier.change.record.key);
    if (known != m_byKey.end()) {
        // A change replaces an item that was there before the replica.
        if (earlier.commits == 0) return;
        Waiting& later = *known->second;
        m_waitingBytes -= bytesOf(later.change.record);
        m_waitingCommits -= later.commits;
        if (later.commits > 0) {
            follow(earlier.change.record, later.change.record);
            earlier.change.record = std::move(later.change.record);
            earlier.commits += later.commits;
        }
        m_waiting.erase(known->second);
        m_byKey.erase(known);
    }
    m_waitingBytes += bytesOf(earlier.change.record);
    m_waitingCommits += earlier.commits;
    const auto after = std::ranges::find_if(m_waiting, [&](const Waiting& one) {
        return one.commits > 0 && one.change.first > earlier.change.first;
    });
    const auto place = m_waiting.insert(after, std::move(earlier));
    m_byKey.emplace(place->change.record.key, place);
}

void ReplicaOutbox::redirect(const ReplicaBatchAnswered& answered) {
    // Without another leader to try, it is sent again once it is overdue.
    if (!answered.leader || *answered.leader == answered.header.from.zone) return;
    m_target = *answered.leader;
    if (++m_redirects <= kRedirectsMax) transmit();
}

}  // namespace orrery::cluster
