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

/// Identifies one request of one connection until it is answered. Never reused.
struct ExchangeId {
    std::uint64_t connection = 0;
    std::uint64_t sequence = 0;
    bool operator==(const ExchangeId&) const = default;
};

/// Whether a streamed reply ends.
enum class StreamKind { Endless, Finite };

/// Who answers requests. Called on the loop's thread, from within the loop.
class Handler {
public:
    virtual ~Handler() = default;
    /// Answer at once or later with Server::beginReply; replies leave in the order of the requests.
    /// `connectionNumber` counts connections from 0.
    virtual void onRequest(ExchangeId id, const Request& request,
                           std::uint64_t connectionNumber) = 0;
    /// The input cannot be served (400, 408, 413, 501, 503). The handler must write the reply
    /// before it returns; the connection ends after the reply.
    virtual void onRefused(ExchangeId id, int status, std::string_view message) = 0;

    /// The memory that a request needs from now until its answer has left. The server calls
    /// `onRequest` once that much is free.
    virtual Needs needsOf(const Request& request) const {
        return {.requestBytes = request.body.size(), .answerBytes = 0, .urgent = false};
    }
    /// A client has ended its side of a connection while its requests wait: most such clients have
    /// gone, some only send no more. Return true to drop its other requests.
    virtual bool onClientEnded(std::uint64_t /*connection*/) { return false; }
    /// A connection has closed with unanswered requests.
    virtual void onClientGone(std::uint64_t /*connection*/) {}
};

/// An HTTP/1.1 server on the caller's loop: keep-alive, pipelining, 100-continue, limits. It reads
/// no clock: `tick` tells the time, and one coarse sweep closes slow connections. Only the loop's
/// thread may call it.
class Server {
public:
    struct Options {
        std::size_t connectionsMax = 1024;
        /// In addition, while all of those wait for answers; these serve only urgent requests.
        std::size_t extraConnectionsMax = 32;
        /// Unanswered requests per connection. Beyond that, the server does not read from it.
        std::size_t pipelinedMax = 64;
        /// Memory for requests in progress and for answers that are not taken. Beyond that,
        /// requests wait and the server does not read from their connections.
        Room::Limits room{};
        std::size_t headBytesMax = kHeadBytesMax;
        std::size_t bodyBytesMax = kBodyBytesMax;
        /// For large requests that are arriving, on all connections together; one more may always
        /// arrive whole. Beyond that, clients wait until they can send on.
        std::size_t inputBytesMax = 48 * 1024 * 1024;
        /// The web pages that may read the answers.
        Origins origins{};
        std::uint64_t requestIdSeed = 0;

        // Time limits for clients, in whole ticks.
        Duration headTime = std::chrono::seconds(20);
        Duration bodyTime = std::chrono::seconds(30);   ///< Plus a second for each 16 KB.
        Duration writeTime = std::chrono::seconds(30);  ///< To take 16 KB of an answer.
        /// The same, while others wait for its memory or its place.
        Duration pressedTime = std::chrono::seconds(3);
        /// To send 16 KB of a request, while others wait for its memory.
        Duration stallTime = std::chrono::seconds(1);
        Duration idleTime = std::chrono::minutes(10);
        Duration lingerTime = std::chrono::seconds(5);
    };

    /// Both must outlive the server.
    Server(boost::asio::io_context& loop, Handler& handler, const Options& options);
    ~Server();
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Listens on an address, or on a name of this machine. A loopback address also gets the other
    /// loopback (127.0.0.1 and ::1) if it exists, and all addresses of one family (0.0.0.0 and ::)
    /// get those of the other. Port 0 takes a free port. Returns the port, or a
    /// one-sentence error.
    std::expected<std::uint16_t, std::string> listen(const std::string& host, std::uint16_t port);
    void stopListening();

    // --- replies

    /// Returns the string to which the caller appends the body; `endReply` finishes it. Never null:
    /// output for a client that has gone is dropped. The caller must end this reply before it
    /// begins another.
    std::string& beginReply(ExchangeId id, const ReplyHead& head);
    void endReply();
    void reply(ExchangeId id, const ReplyHead& head, std::string_view body) {
        beginReply(id, head) += body;
        endReply();
    }
    /// Sends everything written since the last flush, with one send per connection.
    void flush();

    /// Begins a reply that comes piece by piece. `stream` adds to it and says how many bytes still
    /// wait for the client, or nothing once the client is gone. A stream without end keeps the
    /// connection; the other kind ends with `endStream`.
    void beginStream(ExchangeId id, const ReplyHead& head, StreamKind kind);
    std::optional<std::size_t> stream(ExchangeId id, std::string_view bytes);
    void endStream(ExchangeId id);

    // --- time and end

    /// Tells the time, by a monotonic clock and by the calendar, and sweeps. Call it about once a
    /// second while `needsTicks`, and before `listen`.
    void tick(Duration now, CalendarTime calendar);

    /// Sets only the calendar, for the Date header of the next answers.
    void setCalendar(CalendarTime calendar);

    std::size_t connectionCount() const;
    /// True if `tick` has something to do: sweep connections, or accept again after file
    /// descriptors ran out.
    bool needsTicks() const;
    /// Memory of the requests that are arriving.
    std::size_t inputBytes() const;
    /// The number of connections whose next request waits for room.
    std::size_t waitingForRoom() const;
    /// True if the client is still connected.
    bool isConnected(ExchangeId id) const;
    /// True if requests are unanswered or answers have not left.
    bool isBusy() const;
    /// Closes idle connections now, and the others after their answers.
    void closeWhenAnswered();

private:
    class Impl;
    std::shared_ptr<Impl> m_impl;
};

}  // namespace orrery::http
