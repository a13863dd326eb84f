#pragma once

#include <mutex>
#include <vector>

#include "core/observe/event.h"

namespace orrery::observe {

/// The newest events of a world, bounded: when it is full the oldest go. One thread adds; any
/// thread reads. Readers keep a position of their own and never slow the writer down by more than a
/// copy.
class Trace {
public:
    explicit Trace(std::size_t capacity) : m_capacity(capacity) {}

    void add(Event event);

    /// Events with an id above `after`, oldest first, at most `limit`. If events above `after` have
    /// already gone, begins with the oldest that is left.
    std::vector<Event> since(EventId after, std::size_t limit) const;

    EventId last() const;

private:
    /// The event `index` places after the oldest.
    const Event& at(std::size_t index) const {
        return m_events[(m_oldest + index) % m_events.size()];
    }

    const std::size_t m_capacity;
    mutable std::mutex m_mutex;
    // Guarded by m_mutex: a ring once it has grown to its capacity, so that adding an event asks
    // for no memory.
    std::vector<Event> m_events;
    std::size_t m_oldest = 0;
};

}  // namespace orrery::observe
