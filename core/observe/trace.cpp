#include "core/observe/trace.h"

#include <algorithm>
#include <utility>

namespace orrery::observe {

void Trace::add(Event&& event) {
    const std::lock_guard lock(m_mutex);
    if (m_capacity == 0) return;
    if (m_events.size() < m_capacity) {
        m_events.push_back(std::move(event));
        return;
    }
    m_events[m_oldest] = std::move(event);
    m_oldest = (m_oldest + 1) % m_capacity;
}

std::vector<Event> Trace::since(EventId after, std::size_t limit) const {
    const std::lock_guard lock(m_mutex);
    // Ids ascend, so a binary search finds the place.
    std::size_t first = 0;
    for (std::size_t left = m_events.size(); left > 0;) {
        const std::size_t half = left / 2;
        const bool before = at(first + half).id <= after;
        if (before) first += half + 1;
        left = before ? left - half - 1 : half;
    }
    std::vector<Event> events;
    const std::size_t end = first + std::min(limit, m_events.size() - first);
    events.reserve(end - first);
    for (std::size_t i = first; i < end; ++i)
        events.push_back(at(i));
    return events;
}

EventId Trace::last() const {
    const std::lock_guard lock(m_mutex);
    return m_events.empty() ? EventId() : at(m_events.size() - 1).id;
}

}  // namespace orrery::observe
