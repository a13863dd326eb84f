#pragma once

#include <utility>

#include "core/base/ids.h"
#include "core/base/time.h"
#include "core/cluster/kernel/events.h"
#include "core/sim/event_queue.h"

namespace orrery::cluster {

/// The event queue. Each entry carries its cause: the event being handled when it was added.
class Agenda {
public:
    struct Entry {
        Event event;
        EventId cause{};
    };

    Instant nextAt() const { return m_queue.nextAt(); }
    template <typename Body>
    void add(Instant at, Body event) {
        Entry& entry = m_queue.make(at);
        entry.event.template emplace<Body>(std::move(event));
        entry.cause = cause;
    }
    std::pair<Instant, Entry> take() { return m_queue.take(); }
    /// Calls `use` with the instant and the entry in place.
    template <typename Use>
    void takeInPlace(Use use) {
        m_queue.takeInPlace(use);
    }

    /// The trace event that causes what is done now; none for inputs from outside.
    EventId cause{};

private:
    sim::EventQueue<Entry> m_queue;
};

/// Restores the current cause when it ends, so that code in its scope may set other causes.
class CauseScope {
public:
    explicit CauseScope(Agenda& queue) : m_queue(queue), m_outer(queue.cause) {}
    CauseScope(Agenda& queue, EventId cause) : CauseScope(queue) { m_queue.cause = cause; }
    CauseScope(const CauseScope&) = delete;
    CauseScope& operator=(const CauseScope&) = delete;
    ~CauseScope() { m_queue.cause = m_outer; }

private:
    Agenda& m_queue;
    const EventId m_outer;
};

}  // namespace orrery::cluster
