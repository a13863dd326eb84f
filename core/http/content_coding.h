#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace orrery::http {

/// How the bytes of a body are compressed. "deflate" is zlib's format (RFC 9110, 8.4.1.2).
enum class Coding : std::uint8_t { Identity, Gzip, Deflate };

/// The coding that a Content-Encoding header names, or nothing if it is unknown.
std::optional<Coding> codingOf(std::string_view contentEncoding);
/// "gzip".
std::string_view nameOf(Coding coding);

/// The coding of a reply to a request with this Accept-Encoding header. It reads malformed headers
/// as the service does, and like it prefers any compression to none.
Coding acceptedCoding(std::string_view acceptEncoding);

/// Compresses `body`, which is not empty.
std::string compressed(Coding coding, std::string_view body);

enum class Inflation : std::uint8_t {
    Done,
    Broken,    ///< The bytes are not in this coding, or end too early.
    TooLarge,  ///< The body has more than the permitted bytes.
};
/// Decompresses `body` into `out`, which never holds more than `bytesMax`. Gzip may consist of
/// several members; like the service, it ignores what follows the last one.
Inflation inflate(Coding coding, std::string_view body, std::size_t bytesMax, std::string& out);

}  // namespace orrery::http
