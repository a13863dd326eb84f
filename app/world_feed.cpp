#include "app/world_feed.h"

namespace orrery::app {

WorldFeed::WorldFeed(Backend* backend, QObject* parent)
    : QObject(parent), m_backend(backend), m_snapshot(backend->snapshot()) {
    m_snapshotTimer.setInterval(kSnapshotMs);
    m_eventsTimer.setInterval(kEventsMs);
    connect(&m_snapshotTimer, &QTimer::timeout, this, &WorldFeed::takeSnapshot);
    connect(&m_eventsTimer, &QTimer::timeout, this, &WorldFeed::takeEvents);
}

void WorldFeed::start() {
    m_rateClock.start();
    m_rateRequests = m_snapshot->totals.requests;
    takeSnapshot();
    m_snapshotTimer.start();
    m_eventsTimer.start();
}

void WorldFeed::takeSnapshot() {
    m_snapshot = m_backend->snapshot();
    if (m_rateClock.elapsed() >= 1000) {
        const std::uint64_t requests = m_snapshot->totals.requests;
        const auto since = static_cast<double>(requests - std::min(requests, m_rateRequests));
        m_requestsPerSecond = since * 1000 / static_cast<double>(m_rateClock.restart());
        m_rateRequests = requests;
    }
    emit snapshotTaken(m_snapshot);
}

void WorldFeed::takeEvents() {
    const std::vector<observe::Event> events = m_backend->events(m_lastEvent, kEventsMax);
    if (events.empty()) return;
    m_lastEvent = events.back().id;
    emit eventsTaken(events);
}

}  // namespace orrery::app
