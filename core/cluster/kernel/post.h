#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "core/base/time.h"
#include "core/cluster/kernel/agenda.h"
#include "core/cluster/kernel/envelope_header.h"
#include "core/cluster/kernel/event_recorder.h"
#include "core/sim/network.h"

namespace orrery::cluster {

/// Sends messages between the zones of a Region, and between Regions. The delays and cuts of the
/// network decide whether and when a message arrives; it waits in the agenda until then. A message
/// is a kind of Event with a `header`.
class Post {
public:
    /// The network of all zones, and that of all Regions.
    struct Networks {
        sim::Network& zones;
        sim::Network& regions;
    };

    /// All arguments must outlive the post.
    Post(Networks networks, Agenda& agenda, EventRecorder& recorder, const Instant& now)
        : m_networks(networks), m_agenda(agenda), m_recorder(recorder), m_now(now) {}

    /// The arrival time of a message sent now; nothing if the network loses it at once.
    std::optional<Instant> arrivalOf(const EnvelopeHeader& header);
    /// Sends a message. Returns the trace event of the sending.
    template <typename Message>
    EventId send(Message message) {
        const auto arrival = arrivalOf(message.header);
        return send(arrival, std::move(message));
    }
    /// The same for a sender that has already computed the arrival.
    template <typename Message>
    EventId send(std::optional<Instant> arrival, Message message) {
        const EventId sent = depart(message.header, !arrival);
        if (!arrival) return sent;
        const CauseScope scope(m_agenda, sent);
        m_agenda.add(*arrival, std::move(message));
        return sent;
    }
    /// Handles an arrival: the message becomes the current cause. `what` identifies it in the hash.
    /// False if it was lost in flight.
    bool arrives(const EnvelopeHeader& header, std::uint64_t what);

private:
    /// The link on which a message travels.
    struct Way {
        sim::Network& network;
        sim::NodeId from;
        sim::NodeId to;
    };

    Way wayOf(const EnvelopeHeader& header) const;
    EventId depart(EnvelopeHeader& header, bool isLost);

    Networks m_networks;
    Agenda& m_agenda;
    EventRecorder& m_recorder;
    const Instant& m_now;
};

}  // namespace orrery::cluster
