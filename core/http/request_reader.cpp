#include "core/http/request_reader.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "core/base/check.h"
#include "core/http/input_buffer.h"
#include "core/http/request_parser.h"

namespace orrery::http {
namespace {

namespace beast = boost::beast;

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";
constexpr std::string_view kLargeHead = "The request's header fields are too large.";

}  // namespace

/// A chunked body in progress. It keeps its own copy of the head, since the parser's views point
/// into it.
struct RequestReader::Chunked {
    explicit Chunked(const Limits& limits, std::string_view text)
        : head(text), parser(limits.headBytesMax, limits.bodyBytesMax) {}

    const std::string head;
    RequestParser parser;
    bool isBegun = false;  ///< The parser has taken a chunk or a part of one.
    bool givenOut = false;
};

RequestReader::RequestReader(const Limits& limits) : m_limits(limits) {}

RequestReader::~RequestReader() = default;

void RequestReader::release() {
    m_begin += std::exchange(m_taken, 0);
    if (m_chunked && m_chunked->givenOut) m_chunked.reset();
}

bool RequestReader::holdsPartialRequest() const {
    return (m_chunked && !m_chunked->givenOut) || available() > m_taken;
}

std::size_t RequestReader::capacity() const {
    return m_buffer.capacity() + (m_chunked ? m_chunked->parser.chunks.capacity() : 0);
}

std::size_t RequestReader::bytesHeld() const {
    return available() - m_taken + (m_chunked ? m_chunked->parser.chunks.size() : 0);
}

std::size_t RequestReader::bytesMissing() const {
    if (m_chunked) return m_limits.bodyBytesMax - m_chunked->parser.chunks.size();
    return m_wanted - std::min(m_wanted, available());
}

void RequestReader::trim() {
    release();
    if (m_begin != m_end) return;
    m_begin = m_end = 0;
    if (m_buffer.capacity() > InputBuffer::kHeapBytesMax && m_wanted == 0) m_buffer.free();
}

void RequestReader::discard() {
    m_chunked.reset();
    m_buffer.free();
    m_begin = m_end = m_taken = m_wanted = m_scanned = 0;
}

// Grows to the whole request once its size is known, but only as bytes come, so that a head that
// announces a large body does not get the memory for nothing.
std::size_t RequestReader::bufferWanted() const {
    const std::size_t doubled = std::max(2 * available(), kReadBytes);
    const std::size_t room = m_wanted > available() ? std::min(m_wanted, doubled) : doubled;
    return std::max(room, available() + 1);
}

std::size_t RequestReader::capacityWanted() {
    trim();
    const std::size_t buffer = std::max(m_buffer.capacity(), bufferWanted());
    return buffer + (m_chunked ? m_chunked->parser.chunks.capacityFor(buffer) : 0);
}

void RequestReader::reserve(std::size_t bytes) {
    const std::size_t held = available();
    if (m_begin + bytes <= m_buffer.capacity()) return;
    if (m_begin > 0) std::memmove(m_buffer.data(), m_buffer.data() + m_begin, held);
    m_begin = 0;
    m_end = held;
    if (bytes > m_buffer.capacity()) m_buffer.grow(bytes, held);
}

std::span<char> RequestReader::prepare() {
    trim();
    reserve(bufferWanted());
    if (m_chunked) m_chunked->parser.chunks.reserve(m_buffer.capacity());
    return {m_buffer.data() + m_end, m_buffer.capacity() - m_end};
}

void RequestReader::commit(std::size_t bytes) {
    CHECK(bytes <= m_buffer.capacity() - m_end);
    m_end += bytes;
}

RequestReader::Outcome RequestReader::refuse(int status, std::string_view message) {
    m_refusal.status = status;
    m_refusal.message = message;
    return Outcome::Refused;
}

RequestReader::Outcome RequestReader::next(Request& request) {
    release();
    if (m_refusal.status != 0) return Outcome::Refused;
    if (m_chunked) return readChunked(request);
    if (m_wanted > available()) return Outcome::NeedMore;
    return readHead(request);
}

RequestReader::Outcome RequestReader::waitForHead() {
    if (available() >= m_limits.headBytesMax) return refuse(400, kLargeHead);
    m_scanned = std::max<std::size_t>(available(), 4) - 3;
    return Outcome::NeedMore;
}

// Some clients end a body with a line end that its length does not count (RFC 9112, 2.2).
void RequestReader::skipEmptyLines() {
    while (available() >= kLineEnd.size() &&
           std::string_view(m_buffer.data() + m_begin, kLineEnd.size()) == kLineEnd)
        m_begin += kLineEnd.size();
}

RequestReader::Outcome RequestReader::readHead(Request& request) {
    if (m_scanned == 0) skipEmptyLines();
    const std::string_view bytes(m_buffer.data() + m_begin, available());
    if (bytes.empty() || bytes == "\r") return Outcome::NeedMore;
    // Most heads arrive whole, and the parser finds their end itself. A head that arrives in parts
    // is searched from the end of the last search, and parsed once it is whole.
    if (m_scanned > 0) {
        const std::size_t end = bytes.find(kHeadEnd, std::min(m_scanned, bytes.size()));
        if (end == std::string_view::npos) return waitForHead();
    }
    if (bytes.size() > m_limits.headBytesMax &&
        bytes.substr(0, m_limits.headBytesMax).find(kHeadEnd) == bytes.npos)
        return refuse(400, kLargeHead);
    RequestParser parser(m_limits.headBytesMax, m_limits.bodyBytesMax);
    beast::error_code error;
    const std::size_t headBytes = parser.putHead(bytes, error);
    if (error == beast::http::error::need_more) return waitForHead();
    if (parser.hasUnknownCoding()) {
        m_refusal.origin = parser.request.origin;
        return refuse(501, "The request's Transfer-Encoding is not supported; send it chunked.");
    }
    if (error || !parser.is_header_done() || parser.isMalformed())
        return refuse(400, "The request is not valid HTTP.");
    parser.request.keepAlive = parser.keep_alive();
    parser.request.head = bytes.substr(0, headBytes);
    if (parser.chunked()) return startChunked(request, parser, headBytes);
    return readSized(request, parser, headBytes);
}

RequestReader::Outcome RequestReader::waitForBody(const RequestParser& parser) {
    if (!parser.expectsContinue || m_saidContinue || parser.request.http10)
        return Outcome::NeedMore;
    m_saidContinue = true;
    return Outcome::NeedContinue;
}

RequestReader::Outcome RequestReader::readSized(Request& request, RequestParser& parser,
                                                std::size_t headBytes) {
    const std::uint64_t length = parser.content_length().value_or(0);
    if (length > m_limits.bodyBytesMax) {
        m_refusal.origin = parser.request.origin;
        return refuse(413, "The request is too large.");
    }
    const std::size_t whole = headBytes + static_cast<std::size_t>(length);
    if (available() < whole) {
        m_wanted = whole;
        return waitForBody(parser);
    }
    parser.request.body = {m_buffer.data() + m_begin + headBytes, whole - headBytes};
    request = parser.request;
    m_taken = whole;
    m_wanted = m_scanned = 0;
    m_saidContinue = false;
    return Outcome::Ready;
}

RequestReader::Outcome RequestReader::startChunked(Request& request, RequestParser& parser,
                                                   std::size_t headBytes) {
    m_chunked = std::make_unique<Chunked>(m_limits, parser.request.head);
    m_begin += headBytes;
    m_scanned = 0;
    RequestParser& kept = m_chunked->parser;
    beast::error_code error;
    kept.putHead(m_chunked->head, error);
    CHECK(!error);
    kept.request.keepAlive = kept.keep_alive();
    kept.request.head = m_chunked->head;
    kept.eager(true);
    const Outcome outcome = readChunked(request);
    return outcome == Outcome::NeedMore ? waitForBody(kept) : outcome;
}

RequestReader::Outcome RequestReader::readChunked(Request& request) {
    // "0\r\n\r\n". If it is the first one, the parser must not see the end of it byte by byte.
    constexpr std::size_t kLastChunkBytes = 5;
    RequestParser& parser = m_chunked->parser;
    while (!parser.is_done()) {
        if (!m_chunked->isBegun && available() < kLastChunkBytes) return Outcome::NeedMore;
        beast::error_code error;
        const std::size_t used = parser.put({m_buffer.data() + m_begin, available()}, error);
        m_chunked->isBegun = m_chunked->isBegun || used > 0;
        m_begin += used;
        if (error == beast::http::error::body_limit) {
            m_refusal.origin = parser.request.origin;
            return refuse(413, "The request is too large.");
        }
        if (error == beast::http::error::need_more || available() == 0) {
            if (parser.is_done()) break;
            if (available() > m_limits.headBytesMax)
                return refuse(400, "The request is not valid HTTP.");
            return Outcome::NeedMore;
        }
        if (error) return refuse(400, "The request is not valid HTTP.");
    }
    request = parser.request;
    request.body = parser.chunks.view();
    m_chunked->givenOut = true;
    m_saidContinue = false;
    return Outcome::Ready;
}

}  // namespace orrery::http
