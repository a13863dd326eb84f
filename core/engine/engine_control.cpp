#include <algorithm>

#include "core/api/rest_table.h"
#include "core/base/version.h"
#include "core/cluster/faults/experiments.h"
#include "core/engine/engine_impl.h"

// Control calls, from the endpoint and from the window, and requests of REST services; how their
// answers wait.

namespace orrery::engine {

namespace {

// Each follower may leave a megabyte of the trace unread.
constexpr std::size_t kFollowersMax = 64;
// The share of a turn for answers that take many turns.
constexpr Duration kHeldMax = std::chrono::microseconds(500);
constexpr std::size_t kPiecesBacklogMax = 256 * 1024;

}  // namespace

control::Response Engine::Impl::runControl(std::string_view method, std::string_view target,
                                           std::string_view body) {
    if (!m_driver->isUp()) return control::errorResponse(503, m_driver->storageProblem());
    return control::handle(m_driver->world(), m_driver->clock(), *this, method, target, body);
}

void Engine::Impl::control(http::ExchangeId exchange, std::string_view method,
                           std::string_view target, std::string_view body) {
    control::Response response = runControl(method, target, body);
    if (response.eventsAfter && method == "GET") {
        if (m_followers.size() >= kFollowersMax)
            return sendControl(exchange, nullptr,
                               control::errorResponse(503, "Too many clients follow the trace."));
        m_server.beginStream(exchange, {.contentType = response.contentType, .crc = false},
                             http::StreamKind::Endless);
        // Each world numbers its events from 1: an id beyond the last one is from an earlier world.
        const bool isOfAnother = *response.eventsAfter > m_driver->world().lastEvent();
        m_followers.push_back({exchange, isOfAnother ? EventId() : *response.eventsAfter});
        return;
    }
    finishControl(exchange, nullptr, std::move(response));
}

void Engine::Impl::controlFromInside(std::string_view method, std::string_view target,
                                     std::string_view body, const AnswerHandler& handler) {
    finishControl({}, handler, runControl(method, target, body));
}

// Faults are small, so a disk that accepts deletions accepts them too, as for control calls.
void Engine::Impl::rest(http::ExchangeId exchange, const cluster::Caller& caller,
                        const api::RestRequest& request) {
    const bool changes = api::effectOfRest(request) != api::Effect::Read;
    const bool runs = m_driver->isUp() && (!changes || m_driver->acceptsDeletions());
    auto body = runs ? api::runRest(m_driver->world(), caller, request)
                     : std::unexpected(api::RestError::unavailable(m_driver->storageProblem()));
    if (!body) {
        const std::string extra = "x-amzn-ErrorType: " + std::string(body.error().name) + "\r\n";
        return m_server.reply(exchange,
                              {.status = body.error().status,
                               .contentType = "application/json",
                               .extra = extra,
                               .crc = false},
                              api::bodyOf(body.error()));
    }
    control::Response response;
    response.body = *std::move(body);
    const cluster::World& world = m_driver->world();
    response.gate = std::max(world.experiments().gate(), world.controlGate());
    finishControl(exchange, nullptr, std::move(response));
}

void Engine::Impl::finishControl(const http::ExchangeId& exchange, const AnswerHandler& handler,
                                 control::Response response) {
    if (response.later || response.holdUntil || response.gate || response.pieces) {
        m_held.push_back({exchange, handler, std::move(response), m_driver->generation(), {}});
    } else {
        sendControl(exchange, handler, std::move(response));
    }
}

void Engine::Impl::sendControl(const http::ExchangeId& exchange, const AnswerHandler& handler,
                               control::Response response) {
    if (handler) {
        handler({response.status, std::move(response.body), {}});
    } else {
        m_server.reply(
            exchange,
            {.status = response.status, .contentType = response.contentType, .crc = false},
            response.body);
    }
}

// Runs after each turn.
void Engine::Impl::finishHeld() {
    std::vector<Held> left;
    m_heldCanContinue = false;
    const Duration end = Loop::now() + kHeldMax;
    for (Held& held : std::exchange(m_held, {})) {
        if (!finish(held, end)) left.push_back(std::move(held));
    }
    m_held = std::move(left);
}

// False if it is not finished. Answers that take many turns do nothing after `end`.
bool Engine::Impl::finish(Held& held, Duration end) {
    const bool isLong = held.response.later || held.response.pieces;
    if (isLong && Loop::now() >= end) {
        m_heldCanContinue = true;
        return false;
    }
    if (!held.isBegun) {
        if (!isReady(held)) {
            m_heldCanContinue = m_heldCanContinue || held.response.later;
            return false;
        }
        if (!held.response.pieces) {
            sendControl(held.exchange, held.handler, std::move(held.response));
            return true;
        }
        held.isBegun = true;
        if (!held.handler)
            m_server.beginStream(held.exchange,
                                 {.contentType = held.response.contentType, .crc = false},
                                 http::StreamKind::Finite);
    }
    return held.handler ? gatherPieces(held) : sendPieces(held, end);
}

bool Engine::Impl::gatherPieces(Held& held) {
    m_heldCanContinue = true;
    if (held.response.pieces(held.response.body)) return false;
    sendControl(held.exchange, held.handler, std::move(held.response));
    return true;
}

// Waits for clients that read slowly.
bool Engine::Impl::sendPieces(Held& held, Duration end) {
    auto backlog = m_server.stream(held.exchange, {});
    while (backlog && *backlog < kPiecesBacklogMax) {
        std::string piece;
        const bool more = held.response.pieces(piece);
        backlog = m_server.stream(held.exchange, piece);
        if (!more) {
            m_server.endStream(held.exchange);
            return true;
        }
        if (Loop::now() < end) continue;
        m_heldCanContinue = true;
        return false;
    }
    return !backlog;  // The client is gone.
}

// What was done or seen in a world whose commit failed never was.
bool Engine::Impl::isReady(Held& held) {
    control::Response& response = held.response;
    if (!m_driver->isUp() || held.generation != m_driver->generation()) {
        response = control::errorResponse(503, m_driver->storageProblem());
        return true;
    }
    cluster::World& world = m_driver->world();
    if (response.abandoned && !held.handler && !m_server.isConnected(held.exchange)) {
        response.abandoned(world);
        return true;
    }
    if (response.later) {
        auto answer = response.later(world);
        if (!answer && m_stopping)
            answer = control::errorResponse(503, "The engine is stopping; the read was cancelled.");
        if (!answer) return false;
        response = *std::move(answer);
    }
    if (const auto until = response.holdUntil) {
        // A running clock ends all waiting for an instant.
        const bool mayRunOn = !m_driver->clock().paused() && !response.holdsWhileRunning;
        const bool past = m_stopping || mayRunOn || world.now() >= *until;
        if (!past) return false;
        if (response.gate && !held.gate) held.gate = world.gateOf(world.openTurn());
        if (response.bodyThen) response.body = response.bodyThen();
        response.holdUntil.reset();
    }
    if (!response.gate) return true;
    if (!held.gate) held.gate = world.gateOf(*response.gate);
    return m_driver->isReleased(*held.gate);
}

control::Host::Facts Engine::Impl::facts() const {
    Facts facts;
    facts.version = kVersion;
    facts.endpoint = m_endpoint;
    facts.dataFolder = m_options.dataFolder.string();
    const bool relaxed = m_options.durability == storage::Durability::Relaxed;
    facts.durability = m_options.dataFolder.empty() ? "memory" : relaxed ? "relaxed" : "durable";
    facts.storageProblem = m_driver->storageProblem();
    facts.readOnly = m_driver->isReadOnly();
    facts.acceptsChanges = m_driver->acceptsDeletions();
    facts.uptime = Loop::now() - m_openedAt;
    facts.openCalls = m_driver->openCalls();
    facts.waitingCalls = m_driver->waitingCalls() + m_server.waitingForRoom();
    facts.figures = m_driver->figures();
    return facts;
}

}  // namespace orrery::engine
