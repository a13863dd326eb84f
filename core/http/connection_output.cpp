#include <boost/asio/buffer.hpp>
#include <charconv>

#include "core/http/connection.h"

// How a connection writes its answers, in the order of its requests, and sends them.

namespace orrery::http {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t kKeptOutputBytes = 64 * 1024;

constexpr std::string_view kLastChunk = "0\r\n\r\n";

std::string chunkOf(std::string_view bytes) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, bytes.size(), 16).ptr;
    std::string chunk(digits, end);
    chunk += "\r\n";
    chunk += bytes;
    chunk += "\r\n";
    return chunk;
}

}  // namespace

// --- answers

Connection::Slot& Connection::addSlot(ReplyWriter::Context context) {
    Slot& slot = m_slots.emplace_back();
    slot.sequence = m_nextSequence++;
    slot.context = std::move(context);
    return slot;
}

Connection::Slot* Connection::findSlot(std::uint64_t sequence) {
    if (m_slots.empty() || m_closed) return nullptr;
    const std::uint64_t index = sequence - m_slots.front().sequence;
    return index < m_slots.size() ? &m_slots[index] : nullptr;
}

void Connection::releaseRoom(Slot& slot) {
    m_reservedBytes -= slot.reserved;
    m_host.room().release(slot.pool, std::exchange(slot.reserved, 0));
}

void Connection::noteUnsent() {
    const std::size_t now = unsentBytes();
    m_host.room().noteUnsent(std::exchange(m_unsentNoted, now), now);
}

std::string& Connection::beginReply(std::uint64_t sequence, const ReplyHead& head) {
    m_open = findSlot(sequence);
    if (m_open == nullptr || m_open->written) {
        m_open = nullptr;
        m_dropped.clear();
        return m_dropped;
    }
    // The oldest request's answer is appended directly to the output.
    m_target = m_open == &m_slots.front() ? &m_output : &m_open->output;
    m_openReply = m_host.writer().begin(*m_target, head, m_open->context);
    return *m_target;
}

void Connection::endReply() {
    if (m_open == nullptr) return;
    ReplyWriter::end(*m_target, m_openReply);
    m_open->written = true;
    m_outOfTurnBytes += m_open->output.size();
    releaseRoom(*m_open);
    m_open = nullptr;
    moveWritten();
    noteUnsent();
    m_host.wantsFlush(*this);
}

void Connection::moveWritten() {
    while (!m_slots.empty() && m_slots.front().written) {
        const std::string& output = m_slots.front().output;
        m_output += output;
        m_outOfTurnBytes -= output.size();
        m_slots.pop_front();
    }
}

void Connection::beginStream(std::uint64_t sequence, const ReplyHead& head, StreamKind kind) {
    Slot* slot = findSlot(sequence);
    if (slot == nullptr) return;
    slot->streaming = true;
    releaseRoom(*slot);
    if (kind == StreamKind::Endless) {
        // Nothing can follow it; what is read from now on only tells when the client leaves.
        m_noMore = m_streaming = true;
        slot->context.keepAlive = false;
    } else if (slot->context.http10 || slot->context.headOnly) {
        slot->gathered = m_host.writer().begin(slot->output, head, slot->context);
        m_outOfTurnBytes += slot->output.size();
        return noteUnsent();
    }
    const bool inTurn = slot == &m_slots.front();
    std::string& target = inTurn ? m_output : slot->output;
    m_host.writer().beginStream(target, head, slot->context);
    if (!inTurn) m_outOfTurnBytes += target.size();
    noteUnsent();
    m_host.wantsFlush(*this);
    if (m_streaming && !m_reading) drain();
}

// Appends to the output, or to the slot's output if earlier requests are unanswered.
void Connection::addStreamed(Slot& slot, std::string_view bytes) {
    const bool inTurn = &slot == &m_slots.front() && !slot.gathered;
    if (inTurn && !slot.output.empty()) {
        m_output += slot.output;
        m_outOfTurnBytes -= slot.output.size();
        std::string().swap(slot.output);
    }
    (inTurn ? m_output : slot.output) += bytes;
    if (!inTurn) m_outOfTurnBytes += bytes.size();
}

std::optional<std::size_t> Connection::stream(std::uint64_t sequence, std::string_view bytes) {
    Slot* slot = findSlot(sequence);
    if (slot == nullptr || !slot->streaming) return std::nullopt;
    const bool isRaw = slot->context.http10 || slot->gathered;
    const std::string chunk = isRaw || bytes.empty() ? std::string() : chunkOf(bytes);
    addStreamed(*slot, isRaw ? bytes : std::string_view(chunk));
    noteUnsent();
    // Earlier gathered output may now leave, even if nothing is added.
    if (!m_output.empty()) m_host.wantsFlush(*this);
    // Gathered output leaves at the end of the stream, so waiting for it would be in vain.
    return unsentBytes() - (slot->gathered ? slot->output.size() : 0);
}

void Connection::endStream(std::uint64_t sequence) {
    Slot* slot = findSlot(sequence);
    if (slot == nullptr || !slot->streaming) return;
    if (slot->gathered) {
        m_outOfTurnBytes -= slot->output.size();
        ReplyWriter::end(slot->output, *slot->gathered);
        m_outOfTurnBytes += slot->output.size();
    } else {
        addStreamed(*slot, kLastChunk);
    }
    slot->streaming = false;
    slot->written = true;
    moveWritten();
    noteUnsent();
    m_host.wantsFlush(*this);
}

// --- sending

void Connection::flush() {
    if (m_closed || !m_sending.empty()) return;
    if (!m_output.empty() && !send()) return;
    resume();
}

/// Passes all output to the socket. False if some of it has to wait, or the client has gone.
bool Connection::send() {
    error_code error;
    const std::size_t sent = m_socket.send(asio::buffer(m_output), 0, error);
    if (error && error != asio::error::would_block && error != asio::error::try_again) {
        close();
        return false;
    }
    m_touched = true;
    if (!error && sent == m_output.size()) {
        m_output.clear();
        if (m_output.capacity() > kKeptOutputBytes) std::string().swap(m_output);
        noteUnsent();
        return true;
    }
    m_sending.swap(m_output);
    m_sent = error ? 0 : sent;
    noteUnsent();
    sendMore();
    return false;
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
    m_sentSinceSweep += bytes;
    if (m_sent < m_sending.size()) {
        noteUnsent();
        return sendMore();
    }
    m_touched = true;
    std::string().swap(m_sending);
    m_sent = 0;
    noteUnsent();
    flush();
}

}  // namespace orrery::http
