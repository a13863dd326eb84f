#include "core/cluster/kernel/post.h"

#include "core/cluster/kernel/regions.h"

namespace orrery::cluster {

std::optional<Instant> Post::arrivalOf(const EnvelopeHeader& header) {
    const RegionId region = header.from.region;
    return m_network.deliverAt(nodeOf(region, header.from.zone), nodeOf(region, header.to), m_now);
}

EventId Post::depart(EnvelopeHeader& header, bool isLost) {
    const RegionId region = header.from.region;
    header.linkEpoch = m_network.epoch(nodeOf(region, header.from.zone), nodeOf(region, header.to));
    const EventId sent =
        m_recorder.emit(observe::MessageSent{header.from, header.to, header.kind, header.lsn});
    if (isLost) {
        const CauseScope scope(m_agenda, sent);
        m_recorder.emit(observe::MessageDropped{header.from, header.to, header.kind, header.lsn});
    }
    return sent;
}

bool Post::arrives(const EnvelopeHeader& header, std::uint64_t what) {
    const auto& [group, region, from] = header.from;
    if (header.linkEpoch != m_network.epoch(nodeOf(region, from), nodeOf(region, header.to))) {
        m_recorder.emit(observe::MessageDropped{header.from, header.to, header.kind, header.lsn});
        return false;
    }
    const auto kind = static_cast<std::uint64_t>(header.kind);
    m_recorder.digest(group.value() << 24 | kind << 16 | std::uint64_t{from.value()} << 8 |
                      header.to.value());
    m_recorder.digest(what);
    m_agenda.cause = m_recorder.emit(
        observe::MessageDelivered{{group, region, header.to}, from, header.kind, header.lsn});
    return true;
}

}  // namespace orrery::cluster
