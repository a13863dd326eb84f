#include "core/http/request_reader.h"

#include <algorithm>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <cstring>
#include <functional>
#include <string>

#include "core/base/check.h"
#include "core/base/utf8.h"
#include "core/http/input_buffer.h"

namespace orrery::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;
using beast::http::verb;

constexpr std::size_t kReadBytes = 16 * 1024;
constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kHeadEnd = "\r\n\r\n";

std::string_view view(beast::string_view text) {
    return {text.data(), text.size()};
}

Method methodOf(verb method) {
    switch (method) {
        case verb::get:
            return Method::Get;
        case verb::head:
            return Method::Head;
        case verb::post:
            return Method::Post;
        case verb::put:
            return Method::Put;
        case verb::delete_:
            return Method::Delete;
        case verb::options:
            return Method::Options;
        default:
            return Method::Other;
    }
}

}  // namespace

/// Beast's parser, which keeps views of the few fields that the engine uses.
class RequestReader::Parser final : public beast::http::basic_parser<true> {
public:
    explicit Parser(const Limits& limits) : chunks(limits.bodyBytesMax) {
        header_limit(static_cast<std::uint32_t>(limits.headBytesMax));
        body_limit(boost::none);
    }

    Request request;
    bool expectsContinue = false;
    BodyBuffer chunks;

    /// Parses a head.
    std::size_t putHead(std::string_view bytes, beast::error_code& error) {
        m_input = bytes;
        return put({bytes.data(), bytes.size()}, error);
    }
    /// Beast accepts the head, but it is not valid HTTP: it repeats a field that may occur once,
    /// folds a field over lines (RFC 9112, 5.2), frames a body in a way that HTTP/1.0 cannot, or
    /// has bytes that are no text.
    bool isMalformed() const { return m_malformed || (m_coded && request.http10) || !hasText(); }
    /// The body has a coding that we cannot decode, so its end is unknown (RFC 9112, 6.1).
    bool hasUnknownCoding() const { return m_coded && !m_chunkedAlone; }

private:
    void on_request_impl(verb method, beast::string_view methodName, beast::string_view target,
                         int version, beast::error_code&) override {
        request.method = methodOf(method);
        request.methodName = view(methodName);
        request.target = view(target);
        request.http10 = version < 11;
    }
    void on_response_impl(int, beast::string_view, int, beast::error_code&) override {}

    void on_field_impl(field name, beast::string_view nameText, beast::string_view value,
                       beast::error_code&) override {
        if (m_headDone) return;  // A trailer of a chunked body.
        // Beast unfolds a value into memory of its own, which is gone before the field is read.
        const std::less<> before;
        if (before(value.data(), m_input.data()) ||
            before(m_input.data() + m_input.size(), value.data() + value.size())) {
            m_malformed = true;
            return;
        }
        switch (name) {
            case field::host:
                m_malformed = m_malformed || request.hasHost;
                request.host = view(value);
                request.hasHost = true;
                break;
            case field::content_length:
                m_malformed = m_malformed || m_hasLength || value.find(',') != value.npos;
                m_hasLength = true;
                break;
            case field::transfer_encoding:
                m_chunkedAlone = !m_coded && beast::iequals(value, "chunked");
                m_coded = true;
                break;
            case field::authorization:
                request.authorization = view(value);
                break;
            case field::content_type:
                request.contentType = view(value);
                break;
            case field::content_encoding:
                // Codings that are applied one after another; none of them is known then.
                m_malformed = m_malformed || !request.contentEncoding.empty();
                request.contentEncoding = view(value);
                break;
            case field::accept_encoding:
                if (!m_hasAcceptEncoding) request.acceptEncoding = view(value);
                m_hasAcceptEncoding = true;
                break;
            case field::date:
                request.date = view(value);
                break;
            case field::origin:
                m_malformed = m_malformed || !request.origin.empty();
                request.origin = view(value);
                break;
            case field::sec_fetch_site:
                request.fetchSite = view(value);
                break;
            case field::expect:
                expectsContinue = beast::iequals(value, "100-continue");
                break;
            case field::access_control_request_method:
                request.corsMethod = view(value);
                break;
            case field::access_control_request_headers:
                request.corsHeaders = view(value);
                break;
            case field::unknown:
                onOwnField(nameText, value);
                break;
            default:
                break;
        }
    }
    void onOwnField(beast::string_view name, beast::string_view value) {
        if (beast::iequals(name, "x-amz-target")) request.amzTarget = view(value);
        if (beast::iequals(name, "x-amz-date")) request.amzDate = view(value);
        if (beast::iequals(name, "x-orrery-zone")) request.zone = view(value);
        if (beast::iequals(name, "x-orrery-namespace")) {
            m_malformed = m_malformed || request.nameSpace.has_value();
            request.nameSpace = view(value);
        }
    }
    /// True if everything that an answer may repeat is UTF-8.
    bool hasText() const {
        const Request& r = request;
        return isUtf8(r.target) && isUtf8(r.host) && isUtf8(r.authorization) &&
               isUtf8(r.amzTarget) && isUtf8(r.amzDate) && isUtf8(r.date) &&
               isUtf8(r.contentType) && isUtf8(r.origin) && isUtf8(r.zone) &&
               isUtf8(r.corsMethod) && isUtf8(r.corsHeaders) &&
               isUtf8(r.nameSpace.value_or(std::string_view()));
    }
    void on_header_impl(beast::error_code&) override { m_headDone = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, beast::error_code&) override {}
    std::size_t on_body_impl(beast::string_view body, beast::error_code&) override {
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t size, beast::string_view,
                              beast::error_code& error) override {
        if (!chunks.hasRoom(size)) error = beast::http::error::body_limit;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body,
                                   beast::error_code&) override {
        chunks.append({body.data(), body.size()});
        return body.size();
    }
    void on_finish_impl(beast::error_code&) override {}

    std::string_view m_input;
    bool m_headDone = false;
    bool m_hasLength = false;
    bool m_coded = false;         // There is a Transfer-Encoding
    bool m_chunkedAlone = false;  // and it is "chunked".
    bool m_hasAcceptEncoding = false;
    bool m_malformed = false;
};

/// A chunked body in progress. It keeps its own copy of the head, since the parser's views point
/// into it.
struct RequestReader::Chunked {
    explicit Chunked(const Limits& limits, std::string_view text) : head(text), parser(limits) {}

    const std::string head;
    Parser parser;
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
    if (available() >= m_limits.headBytesMax)
        return refuse(400, "The request's header fields are too large.");
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
    Parser parser(m_limits);
    beast::error_code error;
    const std::size_t headBytes = parser.putHead(bytes, error);
    if (error == beast::http::error::need_more) return waitForHead();
    // The parser stops at the first fault, but a head that arrives in parts has been refused by
    // then.
    const bool isFaulty = error || parser.hasUnknownCoding() || parser.isMalformed();
    if (isFaulty && bytes.size() >= m_limits.headBytesMax &&
        bytes.substr(0, m_limits.headBytesMax).find(kHeadEnd) == bytes.npos)
        return refuse(400, "The request's header fields are too large.");
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

RequestReader::Outcome RequestReader::waitForBody(const Parser& parser) {
    if (!parser.expectsContinue || m_saidContinue || parser.request.http10)
        return Outcome::NeedMore;
    m_saidContinue = true;
    return Outcome::NeedContinue;
}

RequestReader::Outcome RequestReader::readSized(Request& request, Parser& parser,
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

RequestReader::Outcome RequestReader::startChunked(Request& request, Parser& parser,
                                                   std::size_t headBytes) {
    m_chunked = std::make_unique<Chunked>(m_limits, parser.request.head);
    m_begin += headBytes;
    m_scanned = 0;
    Parser& kept = m_chunked->parser;
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
    Parser& parser = m_chunked->parser;
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
