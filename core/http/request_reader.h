#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "core/http/input_buffer.h"
#include "core/http/request.h"

namespace orrery::http {

class RequestParser;

/// Turns the bytes of one connection into requests. It uses no socket, so a test can feed it a byte
/// at a time. Beast's parser reads the head; a body of known length is never copied.
class RequestReader {
public:
    struct Limits {
        std::size_t headBytesMax = kHeadBytesMax;
        std::size_t bodyBytesMax = kBodyBytesMax;
    };

    explicit RequestReader(const Limits& limits);
    ~RequestReader();
    RequestReader(const RequestReader&) = delete;
    RequestReader& operator=(const RequestReader&) = delete;

    /// Returns space for the next bytes from the socket, never empty; `commit` then says how many
    /// came. Invalidates all views given out.
    std::span<char> prepare();
    void commit(std::size_t bytes);

    enum class Outcome {
        NeedMore,      ///< Read on.
        NeedContinue,  ///< The same, and the client waits for "100 Continue". Returned once.
        Ready,         ///< `request` is whole.
        Refused,       ///< The bytes are no request that can be served; see `refusal`.
    };
    /// The next request. After Refused the connection cannot be used any more.
    Outcome next(Request& request);

    struct Refusal {
        int status = 0;            ///< 400, 413 or 501.
        std::string_view message;  ///< One sentence, static.
        std::string origin;        ///< The Origin header, if it was read.
    };
    const Refusal& refusal() const { return m_refusal; }

    /// True if the reader holds part of a request.
    bool holdsPartialRequest() const;
    /// Received bytes of the request in progress.
    std::size_t bytesHeld() const;
    /// Bytes that the request in progress lacks; of a chunked one, at most.
    std::size_t bytesMissing() const;
    /// Memory of this reader, including that of a chunked body in progress.
    std::size_t capacity() const;
    /// The same after `prepare`. Invalidates all views given out, and so do the next two.
    std::size_t capacityWanted();
    /// Returns large memory that nothing uses.
    void trim();
    /// Drops everything that has arrived, and its memory. The reader cannot be used any more.
    void discard();

private:
    std::size_t available() const { return m_end - m_begin; }
    void skipEmptyLines();
    Outcome readHead(Request& request);
    Outcome waitForHead();
    Outcome readSized(Request& request, RequestParser& parser, std::size_t headBytes);
    Outcome startChunked(Request& request, RequestParser& parser, std::size_t headBytes);
    Outcome readChunked(Request& request);
    void release();
    Outcome waitForBody(const RequestParser& parser);
    Outcome refuse(int status, std::string_view message);
    std::size_t bufferWanted() const;
    void reserve(std::size_t bytes);

    const Limits m_limits;
    InputBuffer m_buffer;
    std::size_t m_begin = 0;  // Where the bytes not yet given out begin.
    std::size_t m_end = 0;
    std::size_t m_taken = 0;    // Bytes of the last request given out.
    std::size_t m_scanned = 0;  // No head ends before here, counted from m_begin.
    std::size_t m_wanted = 0;   // Bytes of the request in progress, if its head tells.
    bool m_saidContinue = false;
    Refusal m_refusal;

    struct Chunked;
    std::unique_ptr<Chunked> m_chunked;  // A chunked body in progress.
};

}  // namespace orrery::http
