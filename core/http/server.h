#pragma once

#include <cstdint>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/http/origins.h"
#include "core/http/reply.h"
#include "core/http/request.h"
#include "core/http/room.h"

namespace boost::asio {
class io_context;
}

namespace orrery::http {

/// Names one request of one connection until it is answered. Never used twice.
struct ExchangeId {
    std::uint64_t connection = 0;
    std::uint64_t sequence = 0;
    bool operator==(const ExchangeId&) const = default;
};

/// Whether a reply that comes piece by piece has an end.
enum class StreamKind { Endless, Finite };

/// Who answers requests. Called on the loop's thread, from within the loop.
class Handler {
public:
    virtual ~Handler() = default;
    /// Answer at once or later with Server::beginReply; replies leave in the order of the requests.
    /// `connectionNumber` counts connections from 0.
    virtual void onRequest(ExchangeId id, const Request& request,
                           std::uint64_t connectionNumber) = 0;
    /// What came cannot be served (400, 408, 413, 431, 501, 503); the connection ends after the
    /// reply, which must be written before this returns.
    virtual void onRefused(ExchangeId id, int status, std::string_view message) = 0;

    /// What a request needs from now until its answer has left. `onRequest` is called once there
    /// is room for it.
    virtual Needs needsOf(const Request& request) const {
        return {.requestBytes = request.body.size(), .answerBytes = 0, .urgent = false};
    }
    /// A client has ended its side of a connection while requests of it wait: most such clients
    /// have gone, some only send no more. True if what else they have sent is to be dropped.
    virtual bool onClientEnded(std::uint64_t /*connection*/) { return false; }
    /// A connection is closed, and requests of it are not answered.
    virtual void onClientGone(std::uint64_t /*connection*/) {}
};

/// An HTTP/1.1 server on somebody else's loop: keep-alive, pipelining, 100-continue, limits. It
/// reads no clock: `tick` tells the time, and one coarse sweep cuts off whoever is too slow. All
/// members are for the loop's thread.
class Server {
public:
    struct Options {
        std::size_t connectionsMax = 1024;
        /// Beside them, when all of those wait for their answers: only what is urgent is served.
        std::size_t extraConnectionsMax = 32;
        /// Requests of one connection that wait for their answers; beyond, it is not read from.
        std::size_t pipelinedMax = 64;
        /// Memory for requests under way and for answers that are not taken; beyond, requests wait
        /// and their connections are not read from.
        Room::Limits room{};
        std::size_t headBytesMax = 32 * 1024;
        std::size_t bodyBytesMax = 16 * 1024 * 1024 + 64 * 1024;
        /// For requests that are coming, of all connections together; beyond, large ones get a 503.
        std::size_t inputBytesMax = 256 * 1024 * 1024;
        /// Pages of a browser that may read the answers.
        Origins origins{};
        std::uint64_t requestIdSeed = 0;

        // How long a client may take, in whole ticks.
        Duration headTime = std::chrono::seconds(20);
        Duration bodyTime = std::chrono::seconds(30);   ///< Plus a second for each 16 KB.
        Duration writeTime = std::chrono::seconds(30);  ///< Without taking 16 KB of an answer.
        /// The same, while others wait for the room or the place that it takes.
        Duration pressedTime = std::chrono::seconds(3);
        Duration idleTime = std::chrono::minutes(10);
        Duration lingerTime = std::chrono::seconds(5);
    };

    /// Both must outlive the server.
    Server(boost::asio::io_context& loop, Handler& handler, const Options& options);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Listens on an address, or on a name of this machine. A loopback address also gets the other
    /// loopback (127.0.0.1 and ::1) where there is one. Port 0 takes a free one. The port, or one
    /// sentence that says what is wrong.
    std::expected<std::uint16_t, std::string> listen(const std::string& host, std::uint16_t port);
    void stopListening();

    // --- replies

    /// The string to append the body to, for `endReply` to finish. Never null: what is written for
    /// a client that has gone away is dropped. Other replies must not be begun in between.
    std::string& beginReply(ExchangeId id, const ReplyHead& head);
    void endReply();
    void reply(ExchangeId id, const ReplyHead& head, std::string_view body) {
        beginReply(id, head) += body;
        endReply();
    }
    /// Sends what has been written since the last time: one send for each connection.
    void flush();

    /// Begins a reply that comes piece by piece. `stream` adds to it and says how many bytes still
    /// wait for the client, or nothing once the client is gone. A stream without end keeps the
    /// connection; the other kind ends with `endStream`.
    void beginStream(ExchangeId id, const ReplyHead& head, StreamKind kind);
    std::optional<std::size_t> stream(ExchangeId id, std::string_view bytes);
    void endStream(ExchangeId id);

    // --- time and end

    /// Tells the time: a clock that never goes back, and the calendar. Sweeps. Call it about once a
    /// second while there are connections, and before `listen`.
    void tick(Duration now, CalendarTime calendar);

    /// Only the calendar, for the Date of what is answered next.
    void setCalendar(CalendarTime calendar);

    std::size_t connectionCount() const;
    /// Connections whose next request waits for room.
    std::size_t waitingForRoom() const;
    /// Whether the client is still there.
    bool isConnected(ExchangeId id) const;
    /// Requests that have not been answered, and answers that have not left.
    bool isBusy() const;
    /// Closes connections that have nothing under way, and the others after their answers.
    void closeWhenAnswered();

private:
    class Impl;
    std::shared_ptr<Impl> m_impl;
};

}  // namespace orrery::http
