#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "core/http/reply.h"
#include "core/http/request_reader.h"
#include "core/http/room.h"
#include "core/http/server.h"

namespace orrery::http {

class Connection;

/// What connections share: the server, as they see it.
class ConnectionHost {
public:
    virtual ~ConnectionHost() = default;
    virtual Handler& handler() = 0;
    virtual const Server::Options& options() const = 0;
    virtual ReplyWriter& writer() = 0;
    virtual Room& room() = 0;
    /// Takes room for the connection's next request. False if there is none: then `letInWaiting`
    /// of the connection will be called once there is some.
    virtual bool enter(Connection& connection, Room::Pool pool, const Needs& needs) = 0;
    /// Requests wait for room, so clients that do not take their answers have less time.
    virtual bool isPressed() const = 0;
    /// There are more connections than requests are served for.
    virtual bool isOverfull() const = 0;
    /// Memory for input has changed by so much; false if the connection can have no more.
    virtual bool takeInput(const Connection& connection, std::ptrdiff_t bytes) = 0;
    /// `flush` of the connection is wanted.
    virtual void wantsFlush(Connection& connection) = 0;
    /// The connection is closed; `unanswered` if requests of it are.
    virtual void closed(Connection& connection, bool unanswered) = 0;
};

/// One client. Reads requests, keeps their answers in order, sends. Kept alive by what it waits
/// for.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    /// `extra`: only what is urgent is served while there are too many connections.
    Connection(ConnectionHost& host, boost::asio::ip::tcp::socket socket, std::uint64_t id,
               std::uint64_t number, bool fromLoopback, bool extra);

    std::uint64_t id() const { return m_id; }
    void start();

    std::string& beginReply(std::uint64_t sequence, const ReplyHead& head);
    void endReply();
    void beginStream(std::uint64_t sequence, const ReplyHead& head, StreamKind kind);
    std::optional<std::size_t> stream(std::uint64_t sequence, std::string_view bytes);
    void endStream(std::uint64_t sequence);

    void flush();
    /// Lets the request in that waits, into that pool. False if there still is no room.
    bool letInWaiting(Room::Pool pool);
    /// A request waits for room among those of all connections.
    bool waitsForRoom() const { return m_waiting && fits(*m_waiting); }
    /// Takes the next requests and reads on, or ends if everything is done.
    void goOn();
    /// Closes it if it is too late with something. Between two sweeps nobody knows the time: what
    /// has moved since the last one counts from this one on.
    void sweep(Duration now);
    /// Closes it now, or after the answers that are under way.
    void closeWhenAnswered();
    void close();

    bool isBusy() const { return !m_slots.empty() || hasOutput() || m_waiting; }

    /// Who has to go first when there are too many connections: those that have never asked for
    /// anything, those that ask for nothing at present, those that do not take their answers.
    enum class Eviction { Silent, Idle, Stalled, Never };
    Eviction eviction(Duration now) const;
    /// When it last moved, as of the last sweep.
    Duration since() const { return m_touched ? Duration::max() : m_since; }

    /// Memory that its input takes.
    std::size_t inputBytes() const { return m_inputNoted; }
    /// Since when nothing of a request under way has come, as of the last sweep.
    Duration quietSince() const { return m_bytesCame ? Duration::max() : m_quietSince; }

    // Said by the host.
    bool flushWanted = false;             ///< It is on the list for `flush`.
    std::array<bool, 2> queuedForRoom{};  ///< By pool: it is in the queue for it.

private:
    /// A request whose answer has not been given to the socket.
    struct Slot {
        std::uint64_t sequence = 0;
        ReplyWriter::Context context;
        // Room that it holds until its answer is written.
        Room::Pool pool = Room::Pool::Small;
        std::size_t reserved = 0;
        bool written = false;
        bool streaming = false;
        /// A stream whose client takes no chunks is gathered as an ordinary reply.
        std::optional<ReplyWriter::Open> gathered{};
        std::string output{};  // Written out of turn: earlier requests are not answered yet.
    };

    bool hasOutput() const { return !m_output.empty() || !m_sending.empty(); }
    /// No request is under way, and none will come.
    bool isDone() const { return m_slots.empty() && !m_waiting && (m_noMore || m_ended); }
    std::size_t unsentBytes() const {
        return m_output.size() + m_sending.size() - m_sent + m_outOfTurnBytes;
    }
    void read();
    void onRead(std::size_t bytes);
    void onReadEnd(const boost::system::error_code& error);
    void onClientEnded();
    /// Reads on, or ends if everything is done.
    void settle();
    void drain();
    void takeRequests();
    std::size_t heldBytes() const { return m_reservedBytes + unsentBytes(); }
    bool fits(const Request& request) const;
    bool letIn(const Request& request, std::optional<Room::Pool> pool = std::nullopt);
    void onRequest(const Request& request, Room::Pool pool, std::size_t reserved);
    void refuse(int status, std::string_view message, const std::string& origin = {});
    Slot& addSlot(ReplyWriter::Context context);
    Slot* findSlot(std::uint64_t sequence);
    void releaseRoom(Slot& slot);
    void addStreamed(Slot& slot, std::string_view bytes);
    void noteUnsent();
    void moveWritten();
    bool send();
    void sendMore();
    void onSent(std::size_t bytes);
    void finish();
    void noteInput();
    void sweepWaiting();

    ConnectionHost& m_host;
    boost::asio::ip::tcp::socket m_socket;
    const std::uint64_t m_id;
    const std::uint64_t m_number;
    const bool m_fromLoopback;
    const bool m_extra;

    RequestReader m_reader;
    std::size_t m_inputNoted = 0;  // What the host knows of the reader's memory.
    bool m_reading = false;        // A read is under way.
    bool m_takingRequests = false;
    std::optional<Request> m_waiting;  // For room; its bytes lie in the reader meanwhile.
    bool m_asked = false;              // A whole request has come at some time.
    bool m_ended = false;              // The client sends no more.
    bool m_noMore = false;             // No further request is taken; closes after the answers.
    bool m_linger = false;             // The client may still be sending: wait for its end.
    bool m_draining = false;
    bool m_streaming = false;  // An answer without end is under way.
    bool m_closed = false;

    std::deque<Slot> m_slots;
    std::uint64_t m_nextSequence = 1;
    std::string m_output;              // Answers ready to be sent, in order.
    std::string m_sending;             // Being sent by an operation under way.
    std::size_t m_sent = 0;            // Bytes of m_sending that have gone.
    std::size_t m_outOfTurnBytes = 0;  // Of all slots' outputs.
    std::size_t m_reservedBytes = 0;   // Of all slots.
    std::size_t m_unsentNoted = 0;     // What the room knows of unsentBytes().

    // The reply being written.
    std::string* m_target = nullptr;
    Slot* m_open = nullptr;
    ReplyWriter::Open m_openReply;

    bool m_touched = true;  // Moved since the last sweep.
    Duration m_since{};     // The sweep that found it touched last.
    std::size_t m_sentSinceSweep = 0;
    bool m_bytesCame = true;  // Since the last sweep.
    Duration m_quietSince{};
    std::string m_dropped;  // Answers to nobody.
};

}  // namespace orrery::http
