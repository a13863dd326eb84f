#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/cluster/world/world.h"
#include "core/engine/engine.h"
#include "core/http/server.h"

namespace orrery::engine {

/// The destination of an answer: a socket, or a caller within the program.
struct Destination {
    http::ExchangeId exchange;
    Engine::AnswerHandler handler;  ///< If set, the answer goes to it and not to a socket.
    std::string region;             ///< For the zone name in x-orrery-replica.
    bool plainJson = false;         ///< Content-Type application/json, as in the request.
};

/// The calls in progress in the world, by number. Numbers increase, and each has its place in a
/// ring that is at least twice as large as needed: finding, adding and taking a call do not use the
/// heap.
class CallTable {
public:
    cluster::CallId add(Destination destination);
    /// Removes and returns the destination of `id`, which must be present.
    Destination take(cluster::CallId id);
    /// The calls of a connection, or all of them, oldest first.
    std::vector<cluster::CallId> ofConnection(std::uint64_t connection) const;
    std::vector<cluster::CallId> all() const;
    std::size_t size() const { return m_size; }

private:
    struct Place {
        std::uint64_t id = 0;  ///< 0: free.
        Destination destination;
    };

    Place& placeOf(std::uint64_t id) { return m_ring[id % m_ring.size()]; }
    template <typename Choose>
    std::vector<cluster::CallId> idsOf(Choose choose) const;
    void grow();

    std::uint64_t m_next = 1;
    std::size_t m_size = 0;
    std::vector<Place> m_ring = std::vector<Place>(64);
};

/// Writes answers to their destinations.
class Answering {
public:
    explicit Answering(http::Server& server) : m_server(server) {}

    void answer(const Destination& to, const cluster::Answered& answered);
    void fail(const Destination& to, const ApiError& error);

private:
    http::Server& m_server;
};

}  // namespace orrery::engine
