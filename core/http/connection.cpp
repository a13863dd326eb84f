#include "core/http/connection.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/buffer.hpp>

// How a connection takes requests, and how it ends. connection_output.cpp writes and sends the
// answers.

namespace orrery::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
// A client that takes or sends fewer bytes than this between two sweeps makes no progress.
constexpr std::size_t kProgressBytes = 16 * 1024;

/// The kernel's state of the TCP connection, which is up to date even while nothing is read.
std::uint8_t tcpState(asio::ip::tcp::socket& socket) {
    tcp_info info{};
    socklen_t size = sizeof info;
    if (getsockopt(socket.native_handle(), IPPROTO_TCP, TCP_INFO, &info, &size) != 0) return 0;
    return info.tcpi_state;
}

}  // namespace

Connection::Connection(ConnectionHost& host, asio::ip::tcp::socket socket, std::uint64_t id,
                       std::uint64_t number, bool fromLoopback, bool extra)
    : m_host(host),
      m_socket(std::move(socket)),
      m_id(id),
      m_number(number),
      m_fromLoopback(fromLoopback),
      m_extra(extra),
      m_reader({host.options().headBytesMax, host.options().bodyBytesMax}) {}

void Connection::start() {
    error_code ignored;
    m_socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    m_socket.non_blocking(true, ignored);
    read();
}

// --- reading

void Connection::read() {
    if (m_reading || m_closed || m_noMore || m_ended) return;
    // A waiting request lies in the reader's memory, so its client has to wait as well.
    if (m_waiting || m_slots.size() >= m_host.options().pipelinedMax) return;
    if (!reserveInput()) return;
    m_reading = true;
    const std::span<char> room = m_reader.prepare();
    noteInput();
    m_socket.async_read_some(asio::buffer(room.data(), room.size()),
                             [self = shared_from_this()](error_code error, std::size_t bytes) {
                                 self->m_reading = false;
                                 if (self->m_closed || self->m_draining) return;
                                 error ? self->onReadEnd(error) : self->onRead(bytes);
                             });
}

bool Connection::reserveInput() {
    const std::size_t wanted = m_reader.capacityWanted();
    const bool waited = m_waitsForInput;
    m_waitsForInput = wanted > m_inputNoted && !m_host.takeInput(*this, wanted);
    if (waited && !m_waitsForInput) m_hasBegun = true;
    return !m_waitsForInput;
}

bool Connection::resumeReading() {
    read();
    return !m_waitsForInput;
}

void Connection::onRead(std::size_t bytes) {
    if (!m_reader.holdsPartialRequest()) m_touched = m_hasBegun = true;
    m_arrivedSinceSweep += bytes;
    m_reader.commit(bytes);
    takeRequests();
    if (!m_output.empty()) flush();
    settle();
}

// The client sends no more requests; the connection answers those that it has sent.
void Connection::onReadEnd(const error_code& error) {
    m_ended = true;
    if (error != asio::error::eof || !isBusy() || m_streaming) return close();
    onClientEnded();
}

void Connection::onClientEnded() {
    if (m_slots.empty() && !m_waiting) return;
    if (!m_host.handler().onClientEnded(m_id)) return;
    m_waiting.reset();
    m_noMore = true;
    m_host.wantsFlush(*this);
}

void Connection::noteInput() {
    if (m_closed) return;
    const std::size_t capacity = m_reader.capacity();
    if (capacity == m_inputNoted) return;
    m_host.noteInput(*this, std::exchange(m_inputNoted, capacity), capacity);
}

void Connection::takeRequests() {
    if (m_takingRequests) return;
    m_takingRequests = true;
    while (!m_closed && !m_noMore && m_slots.size() < m_host.options().pipelinedMax) {
        if (m_waiting) {
            if (!admit(*m_waiting)) break;
            m_waiting.reset();
            continue;
        }
        Request request;
        const RequestReader::Outcome outcome = m_reader.next(request);
        if (outcome == RequestReader::Outcome::NeedMore) break;
        if (outcome == RequestReader::Outcome::NeedContinue) {
            Slot& slot = addSlot({});
            slot.output = kContinue;
            m_outOfTurnBytes += slot.output.size();
            slot.written = true;
            moveWritten();
            m_host.wantsFlush(*this);
        } else if (outcome == RequestReader::Outcome::Refused) {
            m_linger = true;
            const RequestReader::Refusal& refusal = m_reader.refusal();
            refuse(refusal.status, refusal.message, refusal.origin);
        } else {
            m_touched = m_asked = true;
            if (!admit(request)) m_waiting = request;
        }
    }
    m_takingRequests = false;
    // The waiting request lies in the reader's memory.
    if (!m_waiting) m_reader.trim();
    noteInput();
}

bool Connection::admitWaiting(Room::Pool pool) {
    if (!admit(*m_waiting, pool)) return false;
    m_waiting.reset();
    return true;
}

bool Connection::fits(const Request& request) const {
    return m_host.room().fitsConnection(heldBytes(), m_host.handler().needsOf(request));
}

bool Connection::admit(const Request& request, std::optional<Room::Pool> pool) {
    const Needs needs = m_host.handler().needsOf(request);
    if (m_extra && !needs.urgent && m_host.isOverfull()) {
        m_linger = true;
        refuse(503, "Too many connections are open.", std::string(request.origin));
        return true;
    }
    Room& room = m_host.room();
    if (!room.fitsConnection(heldBytes(), needs)) return false;
    if (!pool) pool = room.poolOf(heldBytes(), needs);
    if (!m_host.takeRoom(*this, *pool, needs)) return false;
    onRequest(request, *pool, needs.bytes());
    return true;
}

void Connection::onRequest(const Request& request, Room::Pool pool, std::size_t reserved) {
    if (!request.keepAlive) m_noMore = true;
    Slot& slot = addSlot(
        {.keepAlive = request.keepAlive,
         .http10 = request.http10,
         .headOnly = request.method == Method::Head,
         .allowOrigin = std::string(m_host.options().origins.answerTo(request.origin)),
         .coding = request.acceptEncoding.empty() ? Coding::Identity
                                                  : acceptedCoding(request.acceptEncoding)});
    slot.pool = pool;
    slot.reserved = reserved;
    m_reservedBytes += reserved;
    Request whole = request;
    whole.fromLoopback = m_fromLoopback;
    m_host.handler().onRequest({m_id, slot.sequence}, whole, m_number);
}

void Connection::refuse(int status, std::string_view message, const std::string& origin) {
    m_noMore = true;
    m_waitsForInput = false;
    const Slot& slot =
        addSlot({.keepAlive = false,
                 .allowOrigin = std::string(m_host.options().origins.answerTo(origin))});
    m_host.handler().onRefused({m_id, slot.sequence}, status, message);
}

void Connection::resume() {
    // While a read is in progress, all received bytes have been taken.
    if (!m_reading) takeRequests();
    settle();
}

void Connection::settle() {
    if (m_closed) return;
    if (isDone() && !hasOutput()) return finish();
    read();
}

// --- the end

void Connection::finish() {
    if (!m_linger) return close();
    if (m_draining) return;
    // Closing now, with unread bytes, would make the kernel discard an answer that is in flight
    // (RFC 9112, 9.6). So this sends the end and reads on until the client ends too.
    m_draining = m_touched = true;
    error_code ignored;
    if (m_reading) m_socket.cancel(ignored);
    m_reader.discard();
    noteInput();
    m_socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    drain();
}

void Connection::drain() {
    const std::span<char> waste = m_host.waste();
    m_socket.async_read_some(asio::buffer(waste.data(), waste.size()),
                             [self = shared_from_this()](error_code error, std::size_t) {
                                 if (self->m_closed) return;
                                 error ? self->close() : self->drain();
                             });
}

void Connection::closeWhenAnswered() {
    m_noMore = true;
    m_waiting.reset();
    if (m_streaming || !isBusy()) close();
}

void Connection::close() {
    if (m_closed) return;
    m_closed = true;
    const bool unanswered = !m_slots.empty();
    for (Slot& slot : m_slots)
        releaseRoom(slot);
    m_slots.clear();
    m_waiting.reset();
    m_host.room().noteUnsent(m_unsentNoted, 0);
    m_host.noteInput(*this, std::exchange(m_inputNoted, 0), 0);
    error_code ignored;
    m_socket.close(ignored);
    m_host.closed(*this, unanswered);
}

Connection::Eviction Connection::eviction(Duration now) const {
    if (m_draining) return Eviction::Silent;
    if (hasOutput()) {
        const bool stalled = !m_touched && now - m_since >= m_host.options().pressedTime;
        return stalled ? Eviction::Stalled : Eviction::Never;
    }
    if (isBusy()) return Eviction::Never;  // The client waits for an answer.
    return m_asked ? Eviction::Idle : Eviction::Silent;
}

bool Connection::hasStalled(Duration now, Duration time) {
    if (m_closed || m_waitsForInput || m_draining || isBusy()) return false;
    if (m_inputNoted <= InputBuffer::kHeapBytesMax) return false;
    if (m_hasBegun || m_arrivedSinceSweep >= kProgressBytes || now - m_progressAt < time)
        return false;
    // If this process got no time, the bytes are there and have not been read.
    error_code failed;
    return m_socket.available(failed) == 0 || failed;
}

void Connection::sweep(Duration now) {
    if (std::exchange(m_sentSinceSweep, 0) >= kProgressBytes) m_touched = true;
    if (std::exchange(m_touched, false)) m_since = now;
    const bool begun = std::exchange(m_hasBegun, false);
    if (std::exchange(m_arrivedSinceSweep, 0) >= kProgressBytes || begun) m_progressAt = now;
    const Server::Options& options = m_host.options();
    const Duration waited = now - m_since;
    if (m_draining) {
        if (waited >= options.lingerTime) close();
    } else if (hasOutput()) {
        if (waited >= (m_host.hasWaitingRequests() ? options.pressedTime : options.writeTime))
            close();
    } else if (isBusy()) {
        sweepWaiting();  // The client waits for an answer.
    } else if (!m_reader.holdsPartialRequest()) {
        if (waited >= options.idleTime) close();
    } else {
        sweepArriving(waited);
    }
}

void Connection::sweepArriving(Duration waited) {
    if (m_waitsForInput && tcpState(m_socket) == TCP_CLOSE) return close();
    const Server::Options& options = m_host.options();
    const auto parts = static_cast<std::int64_t>(m_reader.bytesHeld() / 16'384);
    const Duration allowed =
        parts == 0 ? options.headTime : options.bodyTime + std::chrono::seconds(parts);
    if (waited < allowed) return;
    if (m_waitsForInput) {
        m_linger = true;
        refuse(503, "Too many large requests at once.");
    } else {
        refuse(408, "The request took too long.");
    }
    flush();
}

// Without a read in progress, nothing else notices that the client has left.
void Connection::sweepWaiting() {
    if (m_reading || m_streaming || m_ended) return;
    const std::uint8_t state = tcpState(m_socket);
    if (state == TCP_CLOSE) close();
    if (state == TCP_CLOSE_WAIT) onClientEnded();
}

}  // namespace orrery::http
