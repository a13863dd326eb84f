#include "core/cluster/kernel/post.h"

#include "core/cluster/kernel/regions.h"

namespace orrery::cluster {

std::optional<Instant> Post::arrivalOf(const Flight& flight) {
    const RegionId region = flight.from.region;
    return m_network.deliverAt(nodeOf(region, flight.from.zone), nodeOf(region, flight.to), m_now);
}

EventId Post::depart(Flight& flight, bool isLost) {
    const RegionId region = flight.from.region;
    flight.linkEpoch = m_network.epoch(nodeOf(region, flight.from.zone), nodeOf(region, flight.to));
    const EventId sent =
        m_recorder.emit(observe::MessageSent{flight.from, flight.to, flight.kind, flight.lsn});
    if (isLost) {
        const CauseScope scope(m_agenda, sent);
        m_recorder.emit(observe::MessageDropped{flight.from, flight.to, flight.kind, flight.lsn});
    }
    return sent;
}

bool Post::arrives(const Flight& flight, std::uint64_t what) {
    const auto& [group, region, from] = flight.from;
    if (flight.linkEpoch != m_network.epoch(nodeOf(region, from), nodeOf(region, flight.to))) {
        m_recorder.emit(observe::MessageDropped{flight.from, flight.to, flight.kind, flight.lsn});
        return false;
    }
    const auto kind = static_cast<std::uint64_t>(flight.kind);
    m_recorder.digest(group.value() << 24 | kind << 16 | std::uint64_t{from.value()} << 8 |
                      flight.to.value());
    m_recorder.digest(what);
    m_agenda.cause = m_recorder.emit(
        observe::MessageDelivered{{group, region, flight.to}, from, flight.kind, flight.lsn});
    return true;
}

}  // namespace orrery::cluster
