#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <vector>

#include "app/backend.h"

namespace orrery::app {

/// Polls the backend at a constant rate, ten snapshots and thirty batches of events a second, and
/// emits them.
class WorldFeed : public QObject {
    Q_OBJECT
public:
    static constexpr int kSnapshotMs = 100;
    static constexpr int kEventsMs = 33;
    static constexpr std::size_t kEventsMax = 5'000;  ///< Per batch; later batches carry the rest.

    /// The backend must outlive the feed.
    explicit WorldFeed(Backend* backend, QObject* parent = nullptr);

    void start();
    /// Polls at once, after a change.
    void takeSnapshot();
    void takeEvents();

    const observe::SnapshotPtr& snapshot() const { return m_snapshot; }
    /// Over the last second or so of real time.
    double requestsPerSecond() const { return m_requestsPerSecond; }

signals:
    void snapshotTaken(const observe::SnapshotPtr& snapshot);
    void eventsTaken(const std::vector<observe::Event>& events);

private:
    Backend* m_backend;
    QTimer m_snapshotTimer;
    QTimer m_eventsTimer;
    observe::SnapshotPtr m_snapshot;
    EventId m_lastEvent{};
    QElapsedTimer m_rateClock;
    std::uint64_t m_rateRequests = 0;
    double m_requestsPerSecond = 0;
};

}  // namespace orrery::app
