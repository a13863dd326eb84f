#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/check.h"
#include "core/base/time.h"

namespace orrery::sim {

/// Events in the order of their time. Two events of the same instant keep the order in which they
/// were added, so the order never depends on the heap, the platform or an address.
///
/// The heap sorts small entries, while the events stay where they were put. Both lie in blocks:
/// large event types cost nothing, and a queue that grows by tens of thousands moves none. Events
/// added for the instant of the last taken event queue beside the heap; in a world without delays,
/// that is all of them. Event must be movable and default constructible.
template <typename Event>
class EventQueue {
public:
    bool empty() const { return m_heap.empty() && m_lane.empty(); }
    std::size_t size() const { return m_heap.size() + m_lane.size(); }

    /// The instant of the next event; Instant::never() if there is none.
    Instant nextAt() const { return empty() ? Instant::never() : front().at; }

    void add(Instant due, Event event) { make(due) = std::move(event); }

    /// The same, for an event that the caller fills in now; it starts default constructed.
    Event& make(Instant due) {
        std::uint32_t slot;
        if (m_free.empty()) {
            slot = m_slots++;
            if (slot % kBlockEvents == 0) m_blocks.push_back(std::make_unique<Block>());
        } else {
            slot = m_free.back();
            m_free.pop_back();
        }
        const Entry entry{due, m_nextSequence++, slot};
        if (due == (m_lane.empty() ? m_takenAt : m_lane.back().at)) {
            m_lane.push_back(entry);
        } else {
            m_heap.push_back(entry);
            std::push_heap(m_heap.begin(), m_heap.end(), later);
        }
        return at(slot);
    }

    /// Removes and returns the next event. The queue must not be empty.
    std::pair<Instant, Event> take() {
        std::pair<Instant, Event> taken;
        takeInPlace([&](Instant due, Event& event) { taken = {due, std::move(event)}; });
        return taken;
    }

    /// Removes the next event and calls `use` with its instant and with the event in place. `use`
    /// may add events but not take any. The queue must not be empty.
    template <typename Use>
    void takeInPlace(Use use) {
        CHECK(!empty());
        const Entry entry = popFront();
        m_takenAt = entry.at;
        Event& event = at(entry.slot);
        use(entry.at, event);
        event = Event{};
        m_free.push_back(entry.slot);
    }

    /// Removes all events. Sequence numbers continue.
    void clear() {
        m_heap.clear();
        m_lane.clear();
        m_free.clear();
        m_blocks.clear();
        m_slots = 0;
    }

private:
    static constexpr std::size_t kBlockEvents = 64;
    using Block = std::array<Event, kBlockEvents>;
    struct Entry {
        Instant at;
        std::uint64_t sequence;
        std::uint32_t slot;
    };
    static bool later(const Entry& a, const Entry& b) {
        return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
    }

    Event& at(std::uint32_t slot) { return (*m_blocks[slot / kBlockEvents])[slot % kBlockEvents]; }

    bool laneIsFirst() const {
        return !m_lane.empty() && (m_heap.empty() || later(m_heap.front(), m_lane.front()));
    }
    const Entry& front() const { return laneIsFirst() ? m_lane.front() : m_heap.front(); }

    Entry popFront() {
        if (!laneIsFirst()) {
            std::pop_heap(m_heap.begin(), m_heap.end(), later);
            const Entry entry = m_heap.back();
            m_heap.pop_back();
            return entry;
        }
        const Entry entry = m_lane.front();
        m_lane.pop_front();
        return entry;
    }

    std::deque<Entry> m_heap;
    /// Events of one instant, in the order of adding.
    std::deque<Entry> m_lane;
    Instant m_takenAt;
    std::vector<std::unique_ptr<Block>> m_blocks;
    std::uint32_t m_slots = 0;  ///< Slots that have ever held an event.
    std::vector<std::uint32_t> m_free;
    std::uint64_t m_nextSequence = 0;
};

}  // namespace orrery::sim
