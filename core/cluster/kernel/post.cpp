#include "core/cluster/kernel/post.h"

#include "core/cluster/kernel/regions.h"

namespace orrery::cluster {

Post::Way Post::wayOf(const EnvelopeHeader& header) const {
    const RegionId from = header.from.region;
    if (header.toRegion) return {m_networks.regions, from.value(), header.toRegion->value()};
    return {m_networks.zones, nodeOf(from, header.from.zone), nodeOf(from, header.to)};
}

std::optional<Instant> Post::arrivalOf(const EnvelopeHeader& header) {
    const Way way = wayOf(header);
    return way.network.deliverAt(way.from, way.to, m_now);
}

EventId Post::depart(EnvelopeHeader& header, bool isLost) {
    const Way way = wayOf(header);
    header.linkEpoch = way.network.epoch(way.from, way.to);
    const EventId sent = m_recorder.emit(
        observe::MessageSent{header.from, header.to, header.kind, header.lsn, header.toRegion});
    if (isLost) {
        const CauseScope scope(m_agenda, sent);
        m_recorder.emit(observe::MessageDropped{header.from, header.to, header.kind, header.lsn,
                                                header.toRegion});
    }
    return sent;
}

bool Post::arrives(const EnvelopeHeader& header, std::uint64_t what) {
    const auto& [group, region, from] = header.from;
    const Way way = wayOf(header);
    if (header.linkEpoch != way.network.epoch(way.from, way.to)) {
        m_recorder.emit(observe::MessageDropped{header.from, header.to, header.kind, header.lsn,
                                                header.toRegion});
        return false;
    }
    const auto kind = static_cast<std::uint64_t>(header.kind);
    m_recorder.digest(group.value() << 24 | kind << 16 | std::uint64_t{from.value()} << 8 |
                      header.to.value());
    m_recorder.digest(what);
    if (header.toRegion) m_recorder.digest(header.toRegion->value());
    observe::MessageDelivered delivered{
        {group, header.toRegion.value_or(region), header.to}, from, header.kind, header.lsn, {}};
    if (header.toRegion) delivered.fromRegion = region;
    m_agenda.cause = m_recorder.emit(delivered);
    return true;
}

}  // namespace orrery::cluster
