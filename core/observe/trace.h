#pragma once

#include <mutex>
#include <vector>

#include "core/observe/event.h"

namespace orrery::observe {

/// The newest events of a world, bounded: a full trace drops the oldest. One thread adds; any
/// thread reads. Readers keep their own position and delay the writer only for the time of a copy.
class Trace {
public:
    explicit Trace(std::size_t capacity) : m_capacity(capacity) {}

    void add(Event&& event);

    /// Events with an id above `after`, oldest first, at most `limit`. If some of them have been
    /// dropped, the result begins with the oldest that is left.
    std::vector<Event> since(EventId after, std::size_t limit) const;

    EventId last() const;

private:
    /// The event `index` places after the oldest.
    const Event& at(std::size_t index) const {
        return m_events[(m_oldest + index) % m_events.size()];
    }

    const std::size_t m_capacity;
    mutable std::mutex m_mutex;
    // Guarded by m_mutex. A ring once it has reached its capacity, so that adding an event
    // allocates nothing.
    std::vector<Event> m_events;
    std::size_t m_oldest = 0;
};

}  // namespace orrery::observe
