#include "core/cluster/kernel/event_recorder.h"

namespace orrery::cluster {

void EventRecorder::record(EventId id, observe::EventBody&& body) {
    // The hash gets the id too, so it also covers the number of details before this event.
    m_hash.add(id.value() << 8 | body.index());
    m_hash.add(static_cast<std::uint64_t>(m_now.sinceStart().count()));
    m_trace.add({id, m_agenda.cause, m_now, std::move(body)});
}

void EventRecorder::digest(std::uint64_t kind, std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    m_hash.add(kind);
    m_hash.add(a);
    m_hash.add(b);
    m_hash.add(c);
}

}  // namespace orrery::cluster
