#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include "core/base/hash.h"
#include "core/base/time.h"
#include "core/cluster/kernel/agenda.h"
#include "core/observe/event.h"
#include "core/observe/trace.h"

namespace orrery::cluster {

/// Numbers the events of a world, keeps the latest ones in a trace, and chains them into a hash.
class EventRecorder {
public:
    /// `agenda` provides the cause of each event and `now` its instant; both must outlive the
    /// recorder. The trace keeps `traceEvents` events.
    EventRecorder(const Agenda& agenda, const Instant& now, std::size_t traceEvents)
        : m_agenda(agenda), m_now(now), m_trace(traceEvents) {}

    /// Records an event, caused by the one being handled. Details are traced only on demand and
    /// never hashed, but they are always counted: ids and hash do not depend on who is watching.
    /// `digest` adds to the hash what details would have shown.
    template <typename Body>
    EventId emit(Body&& body) {
        const EventId id(m_next++);
        if constexpr (observe::kIsDetail<std::remove_cvref_t<Body>>) {
            if (m_isDetailed) m_trace.add({id, m_agenda.cause, m_now, std::forward<Body>(body)});
        } else {
            record(id, std::forward<Body>(body));
        }
        return id;
    }
    void digest(std::uint64_t value) { m_hash.add(value); }
    void digest(std::uint64_t kind, std::uint64_t a, std::uint64_t b, std::uint64_t c);

    /// Turns the tracing of details on or off.
    void setDetailed(bool isDetailed) { m_isDetailed = isDetailed; }
    observe::Trace& trace() { return m_trace; }
    /// The newest event, traced or not; ids begin at 1.
    EventId last() const { return EventId(m_next - 1); }
    std::uint64_t hash() const { return m_hash.value(); }

private:
    void record(EventId id, observe::EventBody&& body);

    const Agenda& m_agenda;
    const Instant& m_now;
    observe::Trace m_trace;
    Hash64 m_hash;
    std::uint64_t m_next = 1;
    bool m_isDetailed = false;
};

}  // namespace orrery::cluster
