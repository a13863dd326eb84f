#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/http/reply.h"
#include "core/http/request_reader.h"
#include "core/http/room.h"
#include "core/http/server.h"

namespace orrery::http {

class Connection;

/// The server, as connections see it.
class ConnectionHost {
public:
    virtual ~ConnectionHost() = default;
    virtual Handler& handler() = 0;
    virtual const Server::Options& options() const = 0;
    virtual ReplyWriter& writer() = 0;
    virtual Room& room() = 0;
    /// Reserves memory for the connection's next request. Returns false if there is none; then the
    /// server calls `admitWaiting` of the connection once there is.
    virtual bool takeRoom(Connection& connection, Room::Pool pool, const Needs& needs) = 0;
    /// Requests wait for memory, so clients that do not take their answers get less time.
    virtual bool hasWaitingRequests() const = 0;
    /// There are more connections than the server serves requests for.
    virtual bool isOverfull() const = 0;
    /// Reserves memory for the connection's input, `bytes` in all. Returns false if there is too
    /// little; then the server calls `resumeReading` of the connection once there is.
    virtual bool takeInput(Connection& connection, std::size_t bytes) = 0;
    /// The connection's input memory has changed.
    virtual void noteInput(const Connection& connection, std::size_t before, std::size_t now) = 0;
    /// Memory for bytes that nobody reads.
    virtual std::span<char> waste() = 0;
    /// Asks the server to call `flush` of the connection.
    virtual void wantsFlush(Connection& connection) = 0;
    /// The connection has closed; `unanswered` if some of its requests have no answer.
    virtual void closed(Connection& connection, bool unanswered) = 0;
};

/// One client. Reads requests, keeps their answers in order, and sends them. Its pending operations
/// keep it alive.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    /// `extra`: while there are too many connections, it serves only urgent requests.
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
    /// Admits the waiting request into `pool`. Returns false if there is still not enough room.
    bool admitWaiting(Room::Pool pool);
    /// A request waits for memory of the pools, not for memory of its own connection.
    bool waitsForRoom() const { return m_waiting && fits(*m_waiting); }
    /// Takes the next requests and reads on, or ends if everything is done.
    void resume();
    /// Closes the connection if it has exceeded a time limit. Sweeps are its only clock: activity
    /// since the last sweep counts as activity at this one.
    void sweep(Duration now);
    /// Closes it now, or after the answers in progress.
    void closeWhenAnswered();
    void close();

    bool isBusy() const { return !m_slots.empty() || hasOutput() || m_waiting; }

    /// The order in which the server closes connections when there are too many: those that have
    /// never sent a request, those without a request at present, those that do not take their
    /// answers.
    enum class Eviction { Silent, Idle, Stalled, Never };
    Eviction eviction(Duration now) const;
    /// The time of the last activity, as of the last sweep.
    Duration since() const { return m_touched ? Duration::max() : m_since; }

    /// Memory that its input occupies.
    std::size_t inputBytes() const { return m_inputNoted; }
    /// Bytes that the request in progress lacks.
    std::size_t inputMissing() const { return m_reader.bytesMissing(); }
    /// Reads on if there is memory for it by now. Returns false if it still waits.
    bool resumeReading();
    /// The last sweep before which a good part of the current request had arrived.
    Duration progressAt() const { return m_progressAt; }
    /// A large request is arriving, but there was no progress for `time`, as of the last sweep.
    bool hasStalled(Duration now, Duration time);

    // Set by the server.
    bool flushWanted = false;             ///< The connection is in the list for `flush`.
    std::array<bool, 2> queuedForRoom{};  ///< By pool: the connection is in the pool's queue.

private:
    /// A request whose answer has not been passed to the socket.
    struct Slot {
        std::uint64_t sequence = 0;
        ReplyWriter::Context context;
        // The memory reserved until its answer is written.
        Room::Pool pool = Room::Pool::Small;
        std::size_t reserved = 0;
        bool written = false;
        bool streaming = false;
        /// A stream whose client takes no chunks is gathered as an ordinary reply.
        std::optional<ReplyWriter::Open> gathered{};
        std::string output{};  // Written out of turn: earlier requests are not answered yet.
    };

    bool hasOutput() const { return !m_output.empty() || !m_sending.empty(); }
    /// No request is in progress, and none will come.
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
    bool admit(const Request& request, std::optional<Room::Pool> pool = std::nullopt);
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
    bool reserveInput();
    void sweepArriving(Duration waited);
    void sweepWaiting();

    ConnectionHost& m_host;
    boost::asio::ip::tcp::socket m_socket;
    const std::uint64_t m_id;
    const std::uint64_t m_number;
    const bool m_fromLoopback;
    const bool m_extra;

    RequestReader m_reader;
    std::size_t m_inputNoted = 0;  // The part of the reader's memory that the server has counted.
    bool m_reading = false;        // A read is in progress.
    bool m_waitsForInput = false;  // Reads on once there is memory for what comes.
    bool m_takingRequests = false;
    std::optional<Request> m_waiting;  // Waits for room; its bytes stay in the reader meanwhile.
    bool m_asked = false;              // A whole request has arrived at some time.
    bool m_ended = false;              // The client sends no more.
    bool m_noMore = false;             // Takes no more requests; closes after the answers.
    bool m_linger = false;             // The client may still be sending: wait for its end.
    bool m_draining = false;
    bool m_streaming = false;  // An endless answer is in progress.
    bool m_closed = false;

    std::deque<Slot> m_slots;
    std::uint64_t m_nextSequence = 1;
    std::string m_output;              // Answers ready to be sent, in order.
    std::string m_sending;             // The bytes of the send in progress.
    std::size_t m_sent = 0;            // Bytes of m_sending already sent.
    std::size_t m_outOfTurnBytes = 0;  // Of the outputs of all slots.
    std::size_t m_reservedBytes = 0;   // Of all slots.
    std::size_t m_unsentNoted = 0;     // The part of unsentBytes() that the room has counted.

    // The reply being written.
    std::string* m_target = nullptr;
    Slot* m_open = nullptr;
    ReplyWriter::Open m_openReply;

    bool m_touched = true;  // Active since the last sweep.
    Duration m_since{};     // The last sweep that found it active.
    std::size_t m_sentSinceSweep = 0;
    // Of the request in progress, since the last sweep.
    bool m_hasBegun = true;
    std::size_t m_arrivedSinceSweep = 0;
    Duration m_progressAt{};
    std::string m_dropped;  // Takes answers for clients that have gone.
};

}  // namespace orrery::http
