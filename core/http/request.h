#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace orrery::http {

/// The service's limits: of the head of a request, and of its body, compressed or not.
inline constexpr std::size_t kHeadBytesMax = 16 * 1024;
inline constexpr std::size_t kBodyBytesMax = 16 * 1024 * 1024;

enum class Method : std::uint8_t { Get, Head, Post, Put, Delete, Options, Other };

/// One request in a connection's buffer. All views end when the handler returns.
struct Request {
    Method method = Method::Other;
    std::string_view methodName;
    std::string_view target;  ///< As sent: "/", "/_orrery/v1/status?x=y".
    std::string_view body;
    bool keepAlive = true;
    bool http10 = false;
    bool hasHost = false;
    bool fromLoopback = true;

    // The headers that the engine uses; empty if they were not sent.
    std::string_view host;
    std::string_view authorization;
    std::string_view amzTarget;
    std::string_view amzDate;
    std::string_view date;
    std::string_view contentType;
    std::string_view contentEncoding;
    std::string_view acceptEncoding;  ///< The first, as the service takes it.
    std::string_view origin;
    std::string_view zone;                      ///< x-orrery-zone.
    std::optional<std::string_view> nameSpace;  ///< x-orrery-namespace.
    std::string_view corsMethod;                ///< Access-Control-Request-Method.
    std::string_view corsHeaders;               ///< Access-Control-Request-Headers.
    std::string_view fetchSite;                 ///< Sec-Fetch-Site.

    /// The head as sent, up to and including the empty line. The signature covers it.
    std::string_view head;

    std::string_view path() const { return target.substr(0, target.find('?')); }
    /// The part after the question mark.
    std::string_view query() const {
        const std::size_t mark = target.find('?');
        return mark == std::string_view::npos ? std::string_view() : target.substr(mark + 1);
    }
};

}  // namespace orrery::http
