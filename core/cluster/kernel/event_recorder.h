#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include "core/base/hash.h"
#include "core/base/time.h"
#include "core/cluster/kernel/agenda.h"
#include "core/observe/event.h"
#include "core/observe/trace.h"

namespace orrery::cluster {

/// Numbers the events of a world, keeps the latest in a trace, and chains all of them into a hash.
class EventRecorder {
public:
    /// `agenda` names the cause of each event, `now` is its instant; both outlive the recorder. The
    /// trace keeps `traceEvents` events.
    EventRecorder(const Agenda& agenda, const Instant& now, std::size_t traceEvents)
        : m_agenda(agenda), m_now(now), m_trace(traceEvents) {}

    /// Records an event, caused by what is being handled. Details enter the trace only while
    /// somebody asked for them and never enter the hash, but count in any case: ids and hash are
    /// the same whoever looks. `digest` is what the hash gets of what details tell.
    template <typename Body>
    EventId emit(Body body) {
        const EventId id(m_next++);
        if constexpr (observe::kIsDetail<Body>) {
            if (m_isDetailed) m_trace.add({id, m_agenda.cause, m_now, std::move(body)});
        } else {
            record(id, std::move(body));
        }
        return id;
    }
    void digest(std::uint64_t value) { m_hash.add(value); }
    void digest(std::uint64_t kind, std::uint64_t a, std::uint64_t b, std::uint64_t c);

    /// Details enter the trace from now on, or no longer.
    void setDetailed(bool isDetailed) { m_isDetailed = isDetailed; }
    observe::Trace& trace() { return m_trace; }
    /// The newest event, in the trace or not; ids begin at 1.
    EventId last() const { return EventId(m_next - 1); }
    std::uint64_t hash() const { return m_hash.value(); }

private:
    void record(EventId id, observe::EventBody body);

    const Agenda& m_agenda;
    const Instant& m_now;
    observe::Trace m_trace;
    Hash64 m_hash;
    std::uint64_t m_next = 1;
    bool m_isDetailed = false;
};

}  // namespace orrery::cluster
