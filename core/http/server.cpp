#include "core/http/server.h"

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <deque>
#include <span>

#include "core/base/check.h"
#include "core/http/arriving.h"
#include "core/http/connection.h"

namespace orrery::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr int kAcceptedAtOnce = 64;

}  // namespace

/// Shared with pending accept operations.
class Server::Impl : public ConnectionHost, public std::enable_shared_from_this<Server::Impl> {
public:
    Impl(asio::io_context& loop, Handler& handler, const Options& options)
        : m_loop(loop),
          m_handler(handler),
          m_options(options),
          m_writer(options.requestIdSeed),
          m_room(options.room),
          m_arriving(m_connections, {options.inputBytesMax, options.stallTime}) {}

    // --- for connections

    Handler& handler() override { return m_handler; }
    const Options& options() const override { return m_options; }
    ReplyWriter& writer() override { return m_writer; }
    Room& room() override { return m_room; }
    bool takeRoom(Connection& connection, Room::Pool pool, const Needs& needs) override;
    bool hasWaitingRequests() const override { return m_hadWaitingRequests; }
    bool isOverfull() const override { return m_connections.size() > m_options.connectionsMax; }
    bool takeInput(Connection& connection, std::size_t bytes) override {
        return m_arriving.take(connection, bytes);
    }
    void noteInput(const Connection& connection, std::size_t before, std::size_t now) override {
        m_arriving.note(connection.id(), before, now);
    }
    std::span<char> waste() override { return m_waste; }
    void wantsFlush(Connection& connection) override {
        if (std::exchange(connection.flushWanted, true)) return;
        m_toFlush.push_back(connection.shared_from_this());
    }
    void closed(Connection& connection, bool unanswered) override {
        m_arriving.forget(connection.id());
        m_connections.erase(connection.id());
        if (unanswered && !m_ending) m_handler.onClientGone(connection.id());
    }

    // --- listening

    std::expected<std::uint16_t, std::string> listen(const std::string& host, std::uint16_t port);
    void stopListening() {
        error_code ignored;
        for (const auto& acceptor : m_acceptors)
            acceptor->close(ignored);
        m_acceptors.clear();
    }

    void end() {
        m_ending = true;
        stopListening();
        const auto connections = m_connections;
        for (const auto& [id, connection] : connections)
            connection->close();
        m_toFlush.clear();
        m_waitingSmall.clear();
        m_waitingCommon.clear();
    }

    std::expected<std::uint16_t, error_code> listenOn(const asio::ip::address& address,
                                                      std::uint16_t port);
    void accept(const std::shared_ptr<tcp::acceptor>& acceptor);
    void onAccepted(tcp::socket socket);
    bool evictOne();
    bool serveWaiting(Room::Pool pool);
    bool serveWaiting() {
        const bool small = serveWaiting(Room::Pool::Small);
        return serveWaiting(Room::Pool::Common) || small;
    }
    std::deque<std::shared_ptr<Connection>>& waitingFor(Room::Pool pool) {
        return pool == Room::Pool::Small ? m_waitingSmall : m_waitingCommon;
    }
    void tick(Duration now, CalendarTime calendar);
    void setCalendar(CalendarTime calendar) {
        m_writer.setDate(std::chrono::floor<std::chrono::seconds>(calendar.sinceEpoch()).count());
    }

    Connection* find(std::uint64_t id) {
        const auto found = m_connections.find(id);
        return found == m_connections.end() ? nullptr : found->second.get();
    }

    asio::io_context& m_loop;
    Handler& m_handler;
    const Options m_options;
    ReplyWriter m_writer;
    Room m_room;
    // Connections whose next request waits for room, in order of arrival.
    std::deque<std::shared_ptr<Connection>> m_waitingSmall;
    std::deque<std::shared_ptr<Connection>> m_waitingCommon;
    bool m_servingWaiting = false;
    bool m_hadWaitingRequests = false;  // Requests were waiting at the last sweep.
    Duration m_now{};                   // The time of the last sweep.
    bool m_ending = false;
    std::array<char, 64 * 1024> m_waste;
    std::vector<std::shared_ptr<tcp::acceptor>> m_acceptors;
    std::vector<std::shared_ptr<tcp::acceptor>> m_pausedAcceptors;
    Connections m_connections;
    Arriving m_arriving;
    std::vector<std::shared_ptr<Connection>> m_toFlush;
    std::vector<std::shared_ptr<Connection>> m_flushing;
    std::uint64_t m_accepted = 0;
    std::shared_ptr<Connection> m_open;  // The connection whose reply is being written.
    std::string m_dropped;
};

std::expected<std::uint16_t, error_code> Server::Impl::listenOn(const asio::ip::address& address,
                                                                std::uint16_t port) {
    const tcp::endpoint endpoint(address, port);
    auto acceptor = std::make_shared<tcp::acceptor>(m_loop);
    error_code error;
    if (acceptor->open(endpoint.protocol(), error)) return std::unexpected(error);
    acceptor->set_option(tcp::acceptor::reuse_address(true), error);
    if (address.is_v6()) acceptor->set_option(asio::ip::v6_only(true), error);
    if (acceptor->bind(endpoint, error)) return std::unexpected(error);
    if (acceptor->listen(tcp::acceptor::max_listen_connections, error))
        return std::unexpected(error);
    const std::uint16_t bound = acceptor->local_endpoint(error).port();
    acceptor->non_blocking(true, error);
    m_acceptors.push_back(acceptor);
    accept(acceptor);
    return bound;
}

std::expected<std::uint16_t, std::string> Server::Impl::listen(const std::string& host,
                                                               std::uint16_t port) {
    error_code error;
    const bool isName = host == "localhost";
    const auto address = asio::ip::make_address(isName ? "127.0.0.1" : host, error);
    if (error) {
        return std::unexpected("Cannot listen on \"" + host +
                               "\": give an address such as 127.0.0.1 or 0.0.0.0.");
    }
    const auto bound = listenOn(address, port);
    if (!bound) {
        const std::string place = host + " port " + std::to_string(port);
        if (bound.error() == asio::error::address_in_use) {
            return std::unexpected("Cannot listen on " + place +
                                   ": another program uses it. Choose another with --port.");
        }
        return std::unexpected("Cannot listen on " + place + ": " + bound.error().message() + ".");
    }
    // SDKs resolve "localhost" to either loopback address, and some try only one. Names of other
    // machines may have both addresses, too.
    using asio::ip::address_v4;
    using asio::ip::address_v6;
    if (address == address_v4::loopback()) (void)listenOn(address_v6::loopback(), *bound);
    if (address == address_v6::loopback()) (void)listenOn(address_v4::loopback(), *bound);
    if (address == address_v4::any()) (void)listenOn(address_v6::any(), *bound);
    if (address == address_v6::any()) (void)listenOn(address_v4::any(), *bound);
    return *bound;
}

void Server::Impl::accept(const std::shared_ptr<tcp::acceptor>& acceptor) {
    acceptor->async_accept([self = shared_from_this(), acceptor](error_code error,
                                                                 tcp::socket socket) {
        if (!acceptor->is_open()) return;
        // Waiting for the next would cost each a round of the loop.
        for (int taken = 1; !error; ++taken) {
            self->onAccepted(std::move(socket));
            if (taken == kAcceptedAtOnce) break;
            socket = acceptor->accept(error);
        }
        const bool isOwnFault =
            error && error != asio::error::would_block && error != asio::error::connection_aborted;
        if (isOwnFault && !self->evictOne()) {
            // No file descriptor is left: retry at the next tick, not in a busy loop.
            self->m_pausedAcceptors.push_back(acceptor);
            return;
        }
        self->accept(acceptor);
    });
}

// Clients without requests must not keep out clients with requests.
bool Server::Impl::evictOne() {
    using Eviction = Connection::Eviction;
    Connection* chosen = nullptr;
    Eviction reason = Eviction::Never;
    for (const auto& [id, connection] : m_connections) {
        const Eviction eviction = connection->eviction(m_now);
        if (eviction > reason || eviction == Eviction::Never) continue;
        // Of the connections that have never sent a request, the oldest goes first: sending bit by
        // bit does not protect it.
        const bool earlier = eviction < reason || (eviction != Eviction::Silent &&
                                                   connection->since() < chosen->since());
        if (!earlier) continue;
        chosen = connection.get();
        reason = eviction;
    }
    if (chosen == nullptr) return false;
    chosen->close();
    return true;
}

void Server::Impl::onAccepted(tcp::socket socket) {
    error_code ignored;
    const bool extra = m_connections.size() >= m_options.connectionsMax && !evictOne();
    if (m_connections.size() >= m_options.connectionsMax + m_options.extraConnectionsMax) {
        socket.non_blocking(true, ignored);
        constexpr std::string_view kFull =
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        socket.send(asio::buffer(kFull), 0, ignored);
        return;
    }
    const asio::ip::address peer = socket.remote_endpoint(ignored).address();
    const bool mapped = peer.is_v6() && peer.to_v6().is_v4_mapped();
    const bool loopback =
        mapped ? asio::ip::make_address_v4(asio::ip::v4_mapped, peer.to_v6()).is_loopback()
               : peer.is_loopback();
    const std::uint64_t number = m_accepted++;
    auto connection =
        std::make_shared<Connection>(*this, std::move(socket), number + 1, number, loopback, extra);
    m_connections.emplace(number + 1, connection);
    connection->start();
}

// --- room

bool Server::Impl::takeRoom(Connection& connection, Room::Pool pool, const Needs& needs) {
    auto& queue = waitingFor(pool);
    const bool inTurn = queue.empty() || m_servingWaiting || needs.urgent;
    if (inTurn && m_room.take(pool, needs)) return true;
    bool& queued = connection.queuedForRoom[static_cast<std::size_t>(pool)];
    if (!std::exchange(queued, true)) queue.push_back(connection.shared_from_this());
    return false;
}

/// Admits waiting requests in order of arrival, as far as there is room.
bool Server::Impl::serveWaiting(Room::Pool pool) {
    auto& queue = waitingFor(pool);
    bool served = false;
    while (!queue.empty()) {
        const std::shared_ptr<Connection> first = queue.front();
        // If its own connection is full, it asks again when its own answers have left.
        if (first->waitsForRoom()) {
            m_servingWaiting = true;
            const bool in = first->admitWaiting(pool);
            m_servingWaiting = false;
            if (!in) break;
        }
        first->queuedForRoom[static_cast<std::size_t>(pool)] = false;
        queue.pop_front();
        first->resume();
        served = true;
    }
    return served;
}

void Server::Impl::tick(Duration now, CalendarTime calendar) {
    setCalendar(calendar);
    m_now = now;
    const auto connections = m_connections;  // A sweep closes some of them.
    for (const auto& [id, connection] : connections)
        connection->sweep(now);
    m_arriving.onSwept(now);
    m_hadWaitingRequests = !m_waitingSmall.empty() || !m_waitingCommon.empty();
    for (const auto& acceptor : std::exchange(m_pausedAcceptors, {}))
        if (acceptor->is_open()) accept(acceptor);
}

Server::Server(asio::io_context& loop, Handler& handler, const Options& options)
    : m_impl(std::make_shared<Impl>(loop, handler, options)) {}

Server::~Server() {
    m_impl->end();
}

std::expected<std::uint16_t, std::string> Server::listen(const std::string& host,
                                                         std::uint16_t port) {
    return m_impl->listen(host, port);
}

void Server::stopListening() {
    m_impl->stopListening();
}

std::string& Server::beginReply(ExchangeId id, const ReplyHead& head) {
    Connection* connection = m_impl->find(id.connection);
    if (connection == nullptr) {
        m_impl->m_open = nullptr;
        m_impl->m_dropped.clear();
        return m_impl->m_dropped;
    }
    m_impl->m_open = connection->shared_from_this();
    return connection->beginReply(id.sequence, head);
}

void Server::endReply() {
    if (m_impl->m_open) m_impl->m_open->endReply();
    m_impl->m_open = nullptr;
}

void Server::flush() {
    // Sending frees room and lets a connection take its next requests, which may be answered at
    // once.
    do {
        m_impl->m_flushing.swap(m_impl->m_toFlush);
        for (const auto& connection : m_impl->m_flushing) {
            connection->flushWanted = false;
            connection->flush();
        }
        m_impl->m_flushing.clear();
    } while (m_impl->serveWaiting() || !m_impl->m_toFlush.empty());
    m_impl->m_arriving.serveWaiting();
}

void Server::beginStream(ExchangeId id, const ReplyHead& head, StreamKind kind) {
    if (Connection* connection = m_impl->find(id.connection))
        connection->beginStream(id.sequence, head, kind);
}

void Server::endStream(ExchangeId id) {
    if (Connection* connection = m_impl->find(id.connection)) connection->endStream(id.sequence);
}

std::optional<std::size_t> Server::stream(ExchangeId id, std::string_view bytes) {
    Connection* connection = m_impl->find(id.connection);
    return connection == nullptr ? std::nullopt : connection->stream(id.sequence, bytes);
}

void Server::tick(Duration now, CalendarTime calendar) {
    m_impl->tick(now, calendar);
}

void Server::setCalendar(CalendarTime calendar) {
    m_impl->setCalendar(calendar);
}

bool Server::isConnected(ExchangeId id) const {
    return m_impl->find(id.connection) != nullptr;
}

std::size_t Server::connectionCount() const {
    return m_impl->m_connections.size();
}

bool Server::needsTicks() const {
    return !m_impl->m_connections.empty() || !m_impl->m_pausedAcceptors.empty();
}

std::size_t Server::inputBytes() const {
    std::size_t bytes = 0;
    for (const auto& [id, connection] : m_impl->m_connections)
        bytes += connection->inputBytes();
    return bytes;
}

std::size_t Server::waitingForRoom() const {
    return m_impl->m_waitingSmall.size() + m_impl->m_waitingCommon.size();
}

bool Server::isBusy() const {
    for (const auto& [id, connection] : m_impl->m_connections)
        if (connection->isBusy()) return true;
    return false;
}

void Server::closeWhenAnswered() {
    const auto connections = m_impl->m_connections;
    for (const auto& [id, connection] : connections)
        connection->closeWhenAnswered();
}

}  // namespace orrery::http
