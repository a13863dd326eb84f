#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
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

/// The calls in progress in the world, by number.
class CallTable {
public:
    cluster::CallId add(Destination destination) {
        const cluster::CallId id(m_next++);
        m_calls.emplace(id.value(), std::move(destination));
        return id;
    }
    /// Removes and returns the destination of `id`, which must be present.
    Destination take(cluster::CallId id);
    /// The calls of a connection, oldest first.
    std::vector<cluster::CallId> ofConnection(std::uint64_t connection) const;
    std::size_t size() const { return m_calls.size(); }

private:
    std::uint64_t m_next = 1;
    std::unordered_map<std::uint64_t, Destination> m_calls;
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
