#include "core/http/connection.h"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <charconv>

#include "core/base/check.h"

namespace orrery::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
// A client that does not take its answers gets no further ones.
constexpr std::size_t kOutputBytesMax = 1024 * 1024;
constexpr std::size_t kKeptOutputBytes = 64 * 1024;

void appendChunk(std::string& out, std::string_view bytes) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, bytes.size(), 16).ptr;
    out.append(digits, end);
    out += "\r\n";
    out += bytes;
    out += "\r\n";
}

}  // namespace

Connection::Connection(ConnectionHost& host, asio::ip::tcp::socket socket, std::uint64_t id,
                       std::uint64_t number, bool fromLoopback)
    : m_host(host),
      m_socket(std::move(socket)),
      m_id(id),
      m_number(number),
      m_fromLoopback(fromLoopback),
      m_reader({host.options().headBytesMax, host.options().bodyBytesMax}) {}

void Connection::start() {
    error_code ignored;
    m_socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    m_socket.non_blocking(true, ignored);
    read();
}

// --- reading

void Connection::read() {
    if (m_reading || m_closed || m_noMore) return;
    if (m_slots.size() >= m_host.options().pipelinedMax) return;
    if (m_output.size() + m_sending.size() > kOutputBytesMax) return;
    m_reading = true;
    const std::span<char> room = m_reader.prepare();
    m_socket.async_read_some(asio::buffer(room.data(), room.size()),
                             [self = shared_from_this()](error_code error, std::size_t bytes) {
                                 self->m_reading = false;
                                 if (self->m_closed) return;
                                 if (!error) return self->onRead(bytes);
                                 // The client has said all it will say; what it asked is answered.
                                 self->m_noMore = true;
                                 const bool asked = self->isBusy() && !self->m_streaming;
                                 if (!asked || error != asio::error::eof) self->close();
                             });
}

void Connection::onRead(std::size_t bytes) {
    if (!m_reader.inTheMiddle()) m_touched = true;
    m_reader.commit(bytes);
    noteInput();
    takeRequests();
    flush();
    read();
}

void Connection::noteInput() {
    const std::size_t capacity = m_reader.capacity();
    const auto change =
        static_cast<std::ptrdiff_t>(capacity) - static_cast<std::ptrdiff_t>(m_inputNoted);
    m_inputNoted = capacity;
    if (change == 0 || m_host.takeInput(change)) return;
    m_noMore = m_linger = true;
    const Slot& slot = addSlot({.keepAlive = false});
    m_host.handler().onRefused({m_id, slot.sequence}, 503, "Too many large requests at once.");
}

void Connection::takeRequests() {
    if (m_takingRequests) return;
    m_takingRequests = true;
    while (!m_closed && !m_noMore && m_slots.size() < m_host.options().pipelinedMax) {
        Request request;
        const RequestReader::Outcome outcome = m_reader.next(request);
        if (outcome == RequestReader::Outcome::NeedMore) break;
        if (outcome == RequestReader::Outcome::NeedContinue) {
            Slot& slot = addSlot({});
            slot.output = kContinue;
            slot.written = true;
            moveWritten();
            m_host.wantsFlush(*this);
        } else if (outcome == RequestReader::Outcome::Refused) {
            onRefused();
        } else {
            onRequest(request);
        }
    }
    m_takingRequests = false;
}

void Connection::onRequest(const Request& request) {
    m_touched = true;
    if (!request.keepAlive) m_noMore = true;
    const Slot& slot = addSlot({.keepAlive = request.keepAlive,
                                .http10 = request.http10,
                                .headOnly = request.method == Method::Head,
                                .hasOrigin = !request.origin.empty()});
    Request whole = request;
    whole.fromLoopback = m_fromLoopback;
    m_host.handler().onRequest({m_id, slot.sequence}, whole, m_number);
}

void Connection::onRefused() {
    const RequestReader::Refusal& refusal = m_reader.refusal();
    m_noMore = m_linger = true;
    const Slot& slot = addSlot({.keepAlive = false, .hasOrigin = refusal.hadOrigin});
    m_host.handler().onRefused({m_id, slot.sequence}, refusal.status, refusal.message);
}

// --- answers

Connection::Slot& Connection::addSlot(const ReplyWriter::Context& context) {
    Slot& slot = m_slots.emplace_back();
    slot.sequence = m_nextSequence++;
    slot.context = context;
    return slot;
}

Connection::Slot* Connection::findSlot(std::uint64_t sequence) {
    if (m_slots.empty() || m_closed) return nullptr;
    const std::uint64_t index = sequence - m_slots.front().sequence;
    return index < m_slots.size() ? &m_slots[index] : nullptr;
}

std::string& Connection::beginReply(std::uint64_t sequence, const ReplyHead& head) {
    m_open = findSlot(sequence);
    if (m_open == nullptr || m_open->written) {
        m_open = nullptr;
        m_dropped.clear();
        return m_dropped;
    }
    // The oldest request's answer goes straight behind what is to be sent.
    m_target = m_open == &m_slots.front() ? &m_output : &m_open->output;
    m_openReply = m_host.writer().begin(*m_target, head, m_open->context);
    return *m_target;
}

void Connection::endReply() {
    if (m_open == nullptr) return;
    ReplyWriter::end(*m_target, m_openReply);
    m_open->written = true;
    m_open = nullptr;
    moveWritten();
    m_host.wantsFlush(*this);
}

void Connection::moveWritten() {
    while (!m_slots.empty() && m_slots.front().written) {
        m_output += m_slots.front().output;
        m_slots.pop_front();
    }
}

void Connection::beginStream(std::uint64_t sequence, const ReplyHead& head) {
    Slot* slot = findSlot(sequence);
    if (slot == nullptr) return;
    // Nothing can follow it; what is read from now on only tells when the client leaves.
    m_noMore = m_streaming = true;
    slot->context.keepAlive = false;
    slot->streaming = true;
    std::string& target = slot == &m_slots.front() ? m_output : slot->output;
    m_host.writer().beginStream(target, head, slot->context);
    m_host.wantsFlush(*this);
    if (!m_reading) drain();
}

std::optional<std::size_t> Connection::stream(std::uint64_t sequence, std::string_view bytes) {
    Slot* slot = findSlot(sequence);
    if (slot == nullptr || !slot->streaming) return std::nullopt;
    std::string& target = slot == &m_slots.front() ? m_output : slot->output;
    if (!slot->output.empty() && slot == &m_slots.front()) {
        m_output += slot->output;
        slot->output.clear();
    }
    if (!bytes.empty()) {
        if (slot->context.http10) {
            target += bytes;
        } else {
            appendChunk(target, bytes);
        }
        m_host.wantsFlush(*this);
    }
    return m_output.size() + m_sending.size() - m_sent + slot->output.size();
}

// --- sending

void Connection::flush() {
    if (m_closed || !m_sending.empty()) return;
    if (m_output.empty()) {
        if (m_slots.empty() && m_noMore) finish();
        return;
    }
    error_code error;
    const std::size_t sent = m_socket.send(asio::buffer(m_output), 0, error);
    if (error && error != asio::error::would_block && error != asio::error::try_again)
        return close();
    m_touched = true;
    if (!error && sent == m_output.size()) {
        m_output.clear();
        if (m_output.capacity() > kKeptOutputBytes) std::string().swap(m_output);
        if (m_slots.empty() && m_noMore) return finish();
        if (!m_reading) {
            takeRequests();
            read();
        }
        return;
    }
    m_sending.swap(m_output);
    m_sent = error ? 0 : sent;
    sendMore();
}

void Connection::sendMore() {
    m_socket.async_write_some(asio::buffer(m_sending) + m_sent,
                              [self = shared_from_this()](error_code error, std::size_t bytes) {
                                  if (self->m_closed) return;
                                  if (error) return self->close();
                                  self->onSent(bytes);
                              });
}

void Connection::onSent(std::size_t bytes) {
    m_sent += bytes;
    m_touched = true;
    if (m_sent < m_sending.size()) return sendMore();
    std::string().swap(m_sending);
    m_sent = 0;
    flush();
    if (m_closed) return;
    takeRequests();
    read();
}

// --- the end

void Connection::finish() {
    if (!m_linger) return close();
    if (m_draining) return;
    // Closing now, with bytes unread, would make the kernel throw away an answer that is on its
    // way (RFC 9112, 9.6). So say that this is the end, and read on until the client ends too.
    m_draining = m_touched = true;
    error_code ignored;
    m_socket.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    drain();
}

void Connection::drain() {
    auto waste = std::make_shared<std::array<char, 4096>>();
    m_socket.async_read_some(asio::buffer(*waste),
                             [self = shared_from_this(), waste](error_code error, std::size_t) {
                                 if (self->m_closed) return;
                                 error ? self->close() : self->drain();
                             });
}

void Connection::closeWhenAnswered() {
    m_noMore = true;
    if (m_streaming || !isBusy()) close();
}

void Connection::close() {
    if (m_closed) return;
    m_closed = true;
    m_slots.clear();
    m_host.takeInput(-static_cast<std::ptrdiff_t>(m_inputNoted));
    error_code ignored;
    m_socket.close(ignored);
    m_host.closed(*this);
}

void Connection::sweep(Duration now) {
    if (std::exchange(m_touched, false)) m_since = now;
    const Server::Options& options = m_host.options();
    const Duration waited = now - m_since;
    if (m_draining) {
        if (waited >= options.lingerTime) close();
    } else if (hasOutput()) {
        if (waited >= options.writeTime) close();
    } else if (!m_slots.empty()) {
        return;  // The client waits for us.
    } else if (!m_reader.inTheMiddle()) {
        if (waited >= options.idleTime) close();
    } else {
        const auto kilobytes = static_cast<std::int64_t>(m_reader.bytesHeld() / 16'384);
        const Duration allowed =
            kilobytes == 0 ? options.headTime : options.bodyTime + std::chrono::seconds(kilobytes);
        if (waited < allowed) return;
        m_noMore = true;
        const Slot& slot = addSlot({.keepAlive = false});
        m_host.handler().onRefused({m_id, slot.sequence}, 408, "The request took too long.");
        flush();
    }
}

}  // namespace orrery::http
