#pragma once

#include <boost/beast/core/string.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/http/input_buffer.h"
#include "core/http/request.h"

namespace orrery::http {

/// Beast's parser, which keeps views of the few fields that the engine uses: into the bytes that it
/// was given.
class RequestParser final : public boost::beast::http::basic_parser<true> {
public:
    RequestParser(std::size_t headBytesMax, std::size_t bodyBytesMax) : chunks(bodyBytesMax) {
        header_limit(static_cast<std::uint32_t>(headBytesMax));
        body_limit(boost::none);
    }

    Request request;
    bool expectsContinue = false;
    BodyBuffer chunks;

    /// Parses a head.
    std::size_t putHead(std::string_view bytes, boost::beast::error_code& error) {
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
    void on_request_impl(boost::beast::http::verb method, boost::beast::string_view methodName,
                         boost::beast::string_view target, int version,
                         boost::beast::error_code&) override;
    void on_response_impl(int, boost::beast::string_view, int, boost::beast::error_code&) override {
    }

    void on_field_impl(boost::beast::http::field name, boost::beast::string_view nameText,
                       boost::beast::string_view value, boost::beast::error_code&) override;
    void onOwnField(boost::beast::string_view name, boost::beast::string_view value);
    /// True if everything that an answer may repeat is UTF-8.
    bool hasText() const;
    void on_header_impl(boost::beast::error_code&) override { m_headDone = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&,
                           boost::beast::error_code&) override {}
    std::size_t on_body_impl(boost::beast::string_view body, boost::beast::error_code&) override {
        return body.size();
    }
    void on_chunk_header_impl(std::uint64_t size, boost::beast::string_view,
                              boost::beast::error_code& error) override {
        if (!chunks.hasRoom(size)) error = boost::beast::http::error::body_limit;
    }
    std::size_t on_chunk_body_impl(std::uint64_t, boost::beast::string_view body,
                                   boost::beast::error_code&) override {
        chunks.append({body.data(), body.size()});
        return body.size();
    }
    void on_finish_impl(boost::beast::error_code&) override {}

    std::string_view m_input;
    bool m_headDone = false;
    bool m_hasLength = false;
    bool m_coded = false;         // There is a Transfer-Encoding
    bool m_chunkedAlone = false;  // and it is "chunked".
    bool m_hasAcceptEncoding = false;
    bool m_malformed = false;
};

}  // namespace orrery::http
