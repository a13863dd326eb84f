#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "core/http/reply.h"
#include "core/http/request_reader.h"
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
    /// Memory for input, of all connections, changed by so much; false if there is no more.
    virtual bool takeInput(std::ptrdiff_t bytes) = 0;
    /// `flush` of the connection is wanted.
    virtual void wantsFlush(Connection& connection) = 0;
    virtual void closed(Connection& connection) = 0;
};

/// One client. Reads requests, keeps their answers in order, sends. Kept alive by what it waits
/// for.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(ConnectionHost& host, boost::asio::ip::tcp::socket socket, std::uint64_t id,
               std::uint64_t number, bool fromLoopback);

    std::uint64_t id() const { return m_id; }
    void start();

    std::string& beginReply(std::uint64_t sequence, const ReplyHead& head);
    void endReply();
    void beginStream(std::uint64_t sequence, const ReplyHead& head);
    std::optional<std::size_t> stream(std::uint64_t sequence, std::string_view bytes);

    void flush();
    /// Closes it if it is too late with something. Between two sweeps nobody knows the time: what
    /// has moved since the last one counts from this one on.
    void sweep(Duration now);
    /// Closes it now, or after the answers that are under way.
    void closeWhenAnswered();
    void close();

    bool isIdle() const { return m_slots.empty() && m_sending.empty() && !m_reader.inTheMiddle(); }
    bool isBusy() const { return !m_slots.empty() || hasOutput(); }
    /// When it last moved, as of the last sweep.
    Duration since() const { return m_touched ? Duration::max() : m_since; }
    /// Said by the host when it has been put on the list for `flush`.
    bool flushWanted = false;

private:
    /// A request whose answer has not been given to the socket.
    struct Slot {
        std::uint64_t sequence = 0;
        ReplyWriter::Context context;
        bool written = false;
        bool streaming = false;
        std::string output;  // Written out of turn: earlier requests are not answered yet.
    };

    bool hasOutput() const { return !m_output.empty() || !m_sending.empty(); }
    void read();
    void onRead(std::size_t bytes);
    void drain();
    void takeRequests();
    void onRequest(const Request& request);
    void onRefused();
    Slot& addSlot(const ReplyWriter::Context& context);
    Slot* findSlot(std::uint64_t sequence);
    void moveWritten();
    void sendMore();
    void onSent(std::size_t bytes);
    void finish();
    void noteInput();

    ConnectionHost& m_host;
    boost::asio::ip::tcp::socket m_socket;
    const std::uint64_t m_id;
    const std::uint64_t m_number;
    const bool m_fromLoopback;

    RequestReader m_reader;
    std::size_t m_inputNoted = 0;  // What the host knows of the reader's memory.
    bool m_reading = false;        // A read is under way.
    bool m_takingRequests = false;
    bool m_noMore = false;  // No further request is taken; closes after the answers.
    bool m_linger = false;  // The client may still be sending: wait for its end.
    bool m_draining = false;
    bool m_streaming = false;  // An answer without end is under way.
    bool m_closed = false;

    std::deque<Slot> m_slots;
    std::uint64_t m_nextSequence = 1;
    std::string m_output;    // Answers ready to be sent, in order.
    std::string m_sending;   // Being sent by an operation under way.
    std::size_t m_sent = 0;  // Bytes of m_sending that have gone.

    // The reply being written.
    std::string* m_target = nullptr;
    Slot* m_open = nullptr;
    ReplyWriter::Open m_openReply;

    bool m_touched = true;  // Moved since the last sweep.
    Duration m_since{};     // The sweep that found it touched last.
    std::string m_dropped;  // Answers to nobody.
};

}  // namespace orrery::http
