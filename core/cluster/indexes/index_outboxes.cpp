#include "core/cluster/indexes/index_outboxes.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "core/base/check.h"

namespace orrery::cluster {

using Origin = IndexChange::Origin;

namespace {

/// The last change of a batch may go beyond the bytes, and so may the other changes of its record.
constexpr std::size_t kBatchChangesMax = 100;
constexpr std::uint64_t kBatchBytesMax = 512u << 10;
/// Redirects of one batch before the sender waits and tries again.
constexpr std::uint32_t kRedirectsMax = kZonesPerRegion;
/// The maximum read ahead from the log, for all indexes together; the rest stays in the log.
constexpr std::size_t kUnansweredMax = 2000;
constexpr std::uint64_t kUnansweredBytesMax = 4u << 20;

std::uint64_t bytesOf(const IndexChange& change) {
    return change.record.key.size() + (change.record.newImage ? change.record.newImage->size() : 0);
}

}  // namespace

void IndexOutboxes::add(Origin origin, Lsn position, KeySpaceId index, std::string key,
                        const table::IndexEntry* entry) {
    const GroupId target = m_world.partitions.find(key);
    if (target == GroupId{}) return;  // The index was deleted meanwhile.
    IndexChange change;
    change.origin = origin;
    change.position = position;
    change.record.kind = entry ? table::RecordKind::IndexPut : table::RecordKind::IndexDelete;
    change.record.space = index;
    change.record.key = std::move(key);
    if (entry != nullptr) {
        change.record.newImage = entry->attributes;
        change.record.newItemBytes = entry->itemBytes;
    }
    const auto [at, isNew] = m_outboxes.try_emplace(target);
    Outbox& outbox = at->second;
    if (isNew) {
        outbox.index = index;
        outbox.target = m_world.findGroup(target)->appointed;
    }
    ++m_unanswered;
    m_unansweredBytes += bytesOf(change);
    outbox.waitingBytes += bytesOf(change);
    outbox.waiting.push_back(std::move(change));
}

// --- sending

void IndexOutboxes::sendAll(const Group& base, const IndexSenderId& sender) {
    for (auto& [target, outbox] : m_outboxes) {
        if (outbox.waiting.empty() || outbox.inFlight || outbox.isStopped) continue;
        fillBatch(base, sender, outbox);
        send(base, target, outbox);
    }
}

void IndexOutboxes::fillBatch(const Group& base, const IndexSenderId& sender, Outbox& outbox) {
    auto batch = std::make_shared<IndexBatch>();
    batch->base = base.id;
    batch->sender = sender.zone;
    batch->term = sender.term;
    batch->number = ++m_batches;
    auto& waiting = outbox.waiting;
    const auto isOneRecord = [](const IndexChange& a, const IndexChange& b) {
        return a.origin == Origin::Record && b.origin == Origin::Record && a.position == b.position;
    };
    std::size_t count = 0;
    std::uint64_t bytes = 0;
    const auto fits = [&] {
        return count == 0 || (count < kBatchChangesMax && bytes < kBatchBytesMax) ||
               isOneRecord(waiting[count - 1], waiting[count]);
    };
    for (; count < waiting.size() && fits(); ++count)
        bytes += bytesOf(waiting[count]);
    batch->changes.reserve(count);
    const auto end = waiting.begin() + static_cast<std::ptrdiff_t>(count);
    std::move(waiting.begin(), end, std::back_inserter(batch->changes));
    waiting.erase(waiting.begin(), end);
    outbox.inFlight = std::move(batch);
    outbox.inFlightBytes = bytes;
    outbox.waitingBytes -= bytes;
    outbox.redirects = 0;
}

void IndexOutboxes::send(const Group& base, GroupId target, Outbox& outbox) {
    outbox.sentAt = m_world.now;
    const observe::ReplicaRef from{target, base.region, outbox.inFlight->sender};
    const EnvelopeHeader header{from, outbox.target, observe::MessageKind::IndexBatch, 0, {}};
    m_post.send(IndexBatchArrives{header, outbox.inFlight, outbox.target});
}

void IndexOutboxes::resendOverdue(const Group& base, ZoneIndex sender) {
    for (auto& [target, outbox] : m_outboxes) {
        const bool isOverdue =
            outbox.inFlight && !outbox.isStopped && m_world.now - outbox.sentAt >= kResendAfter;
        if (!isOverdue) continue;
        outbox.redirects = 0;
        tryNextZone(base, sender, outbox);
        send(base, target, outbox);
    }
}

// No answer came: ask another replica, one that the sender's node hears.
void IndexOutboxes::tryNextZone(const Group& base, ZoneIndex sender, Outbox& outbox) const {
    const auto& suspects = m_world.region(base.region).suspects[sender.value()];
    for (std::size_t step = 1; step <= kZonesPerRegion; ++step) {
        const ZoneIndex zone(
            static_cast<std::uint8_t>((outbox.target.value() + 1) % kZonesPerRegion));
        outbox.target = zone;
        if (!suspects[zone.value()]) return;
    }
}

// --- answers

IndexOutboxes::Outbox* IndexOutboxes::awaiting(const IndexBatchAnswered& answered) {
    const auto found = m_outboxes.find(answered.header.from.group);
    if (found == m_outboxes.end()) return nullptr;
    const auto& batch = found->second.inFlight;
    const bool isIt = batch && batch->number == answered.number && batch->term == answered.term &&
                      batch->sender == answered.target;
    return isIt ? &found->second : nullptr;
}

IndexOutboxes::Answer IndexOutboxes::handle(const Group& base, const IndexBatchAnswered& answered) {
    Outbox* outbox = awaiting(answered);
    if (outbox == nullptr) return Answer::Ignored;
    if (answered.leader) outbox->target = *answered.leader;
    switch (answered.outcome) {
        case BatchOutcome::Taken:
            taken(*outbox, answered.upTo);
            return Answer::Taken;
        case BatchOutcome::NotLeader:
            // Without another leader to try, the retry sends it again.
            if (!answered.leader || *answered.leader == answered.answerer) return Answer::Ignored;
            if (++outbox->redirects <= kRedirectsMax)
                send(base, answered.header.from.group, *outbox);
            return Answer::Ignored;
        case BatchOutcome::Stale:
            return Answer::StartOver;
        case BatchOutcome::Damaged:
            outbox->isStopped = true;
            return Answer::Ignored;
    }
    CHECK(false);
}

void IndexOutboxes::taken(Outbox& outbox, Lsn upTo) {
    m_unanswered -= outbox.inFlight->changes.size();
    m_unansweredBytes -= outbox.inFlightBytes;
    outbox.inFlight.reset();
    outbox.inFlightBytes = 0;
    // The previous leader may have sent more than the saved cursor says.
    auto& waiting = outbox.waiting;
    while (!waiting.empty() && waiting.front().origin == Origin::Record &&
           waiting.front().position <= upTo) {
        --m_unanswered;
        m_unansweredBytes -= bytesOf(waiting.front());
        outbox.waitingBytes -= bytesOf(waiting.front());
        waiting.pop_front();
    }
}

// --- what is unanswered

bool IndexOutboxes::forget(KeySpaceId index) {
    const std::size_t erased = std::erase_if(m_outboxes, [this, index](const auto& entry) {
        const Outbox& outbox = entry.second;
        if (outbox.index != index) return false;
        m_unanswered -= outbox.unanswered();
        m_unansweredBytes -= outbox.waitingBytes + outbox.inFlightBytes;
        return true;
    });
    return erased > 0;
}

void IndexOutboxes::clear() {
    m_outboxes.clear();
    m_unanswered = 0;
    m_unansweredBytes = 0;
}

bool IndexOutboxes::isFull() const {
    return m_unanswered >= kUnansweredMax || m_unansweredBytes >= kUnansweredBytesMax;
}

std::size_t IndexOutboxes::sendable() const {
    std::size_t changes = 0;
    for (const auto& [target, outbox] : m_outboxes)
        changes += outbox.isStopped ? 0 : outbox.unanswered();
    return changes;
}

std::size_t IndexOutboxes::unanswered(std::optional<KeySpaceId> index) const {
    if (!index) return m_unanswered;
    std::size_t changes = 0;
    for (const auto& [target, outbox] : m_outboxes)
        changes += outbox.index == *index ? outbox.unanswered() : 0;
    return changes;
}

Lsn IndexOutboxes::shownUpTo(Lsn taken) const {
    Lsn shown = taken;
    const auto lower = [&](const auto& changes) {
        const auto first = std::ranges::find(changes, Origin::Record, &IndexChange::origin);
        if (first == changes.end()) return;
        shown = std::min(shown, Lsn(first->position.value() - 1));
    };
    for (const auto& [target, outbox] : m_outboxes) {
        if (outbox.inFlight) lower(outbox.inFlight->changes);
        lower(outbox.waiting);
    }
    return shown;
}

}  // namespace orrery::cluster
