#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/time.h"

namespace orrery::sim {

/// Events in the order of their time. Two events of the same instant keep the order in which they
/// were added, so the order never depends on the heap, the platform or an address.
///
/// Events stay in place and the heap sorts small entries, so a large event type costs nothing.
/// Event must be movable and default constructible.
template <typename Event>
class EventQueue {
public:
    bool empty() const { return m_heap.empty(); }
    std::size_t size() const { return m_heap.size(); }

    /// The instant of the next event; Instant::never() if there is none.
    Instant nextAt() const { return m_heap.empty() ? Instant::never() : m_heap.front().at; }

    void add(Instant at, Event event) {
        std::uint32_t slot;
        if (m_free.empty()) {
            slot = static_cast<std::uint32_t>(m_events.size());
            m_events.push_back(std::move(event));
        } else {
            slot = m_free.back();
            m_free.pop_back();
            m_events[slot] = std::move(event);
        }
        m_heap.push_back({at, m_nextSequence++, slot});
        std::push_heap(m_heap.begin(), m_heap.end(), later);
    }

    /// Removes and returns the next event. The queue must not be empty.
    std::pair<Instant, Event> take() {
        CHECK(!empty());
        std::pop_heap(m_heap.begin(), m_heap.end(), later);
        const Entry entry = m_heap.back();
        m_heap.pop_back();
        m_free.push_back(entry.slot);
        return {entry.at, std::exchange(m_events[entry.slot], Event{})};
    }

    /// Removes all events. Sequence numbers continue.
    void clear() {
        m_heap.clear();
        m_free.clear();
        m_events.clear();
    }

private:
    struct Entry {
        Instant at;
        std::uint64_t sequence;
        std::uint32_t slot;
    };
    static bool later(const Entry& a, const Entry& b) {
        return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
    }

    std::vector<Entry> m_heap;
    std::vector<Event> m_events;
    std::vector<std::uint32_t> m_free;
    std::uint64_t m_nextSequence = 0;
};

}  // namespace orrery::sim
