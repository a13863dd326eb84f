#include <algorithm>
#include <string>

#include "core/cluster/indexes/index_sender.h"

// How far the global indexes of a base partition are: what is unanswered, and the cursor in the
// base's log up to which all of them have answered.

namespace orrery::cluster {

using Origin = IndexChange::Origin;

namespace {

/// The maximum read ahead from the log, for all indexes together; the rest stays in the log.
constexpr std::size_t kUnansweredMax = 2000;
constexpr std::uint64_t kUnansweredBytesMax = 4u << 20;

}  // namespace

void IndexSender::tableChanged(const TableDescription& table) {
    const bool isRead = table.hasGlobalIndexes();
    for (const GroupId id : m_world.partitions.ofSpace(table.space)) {
        Group& base = *m_world.findGroup(id);
        // A new index skips what its backfill reads from the tree (`barrierOf`).
        if (isRead)
            m_log.registerReader(base, std::string(kIndexReader), Lsn{});
        else
            m_log.retire(base, kIndexReader);
    }
}

std::uint64_t IndexSender::unansweredBytes(GroupId base) const {
    const auto source = m_sources.find(base);
    return source == m_sources.end() ? 0 : source->second.unansweredBytes;
}

bool IndexSender::isFull(const Source& source) {
    return source.unanswered >= kUnansweredMax || source.unansweredBytes >= kUnansweredBytesMax;
}

std::size_t IndexSender::sendable(const Source& source) {
    std::size_t changes = 0;
    for (const auto& [target, outbox] : source.outboxes)
        changes += outbox.isStopped ? 0 : outbox.unanswered();
    return changes;
}

std::size_t IndexSender::unanswered(GroupId base, std::optional<KeySpaceId> index) const {
    const auto source = m_sources.find(base);
    if (source == m_sources.end()) return 0;
    if (!index) return source->second.unanswered;
    std::size_t changes = 0;
    for (const auto& [target, outbox] : source->second.outboxes)
        changes += outbox.index == *index ? outbox.unanswered() : 0;
    return changes;
}

void IndexSender::reportShown(Group& base, Source& source) {
    Lsn shown = source.taken;
    const auto lower = [&](const auto& changes) {
        const auto first = std::ranges::find(changes, Origin::Record, &IndexChange::origin);
        if (first == changes.end()) return;
        shown = std::min(shown, Lsn(first->position.value() - 1));
    };
    for (const auto& [target, outbox] : source.outboxes) {
        if (outbox.inFlight) lower(outbox.inFlight->changes);
        lower(outbox.waiting);
    }
    const auto before = LogReader::cursorOf(base, kIndexReader);
    if (!before || shown <= *before) return;
    m_log.advance(base, kIndexReader, shown);
    if (source.owner) m_shown(base, source.owner->zone, shown);
}

}  // namespace orrery::cluster
