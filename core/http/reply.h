#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/prng.h"

namespace orrery::http {

/// What stands above the body of a reply.
struct ReplyHead {
    int status = 200;
    std::string_view contentType = "application/x-amz-json-1.0";
    /// More headers, each with its line end: "x-orrery-replica: us-east-1b\r\n".
    std::string_view extra{};
    bool crc = true;  ///< Adds x-amz-crc32, as replies of the service have it.
};

/// Appends replies to a connection's output, each in one piece: the head is written with room for
/// the length and the checksum of a body that is not there yet, the body goes straight behind it,
/// and `end` fills in the two numbers. No body is copied.
class ReplyWriter {
public:
    /// What a connection knows of the request that is answered.
    struct Context {
        bool keepAlive = true;
        bool http10 = false;
        bool headOnly = false;  ///< A HEAD request: no body is sent.
        /// The page of a browser that may read the reply, or "*"; empty: none.
        std::string allowOrigin{};
    };

    /// Request ids are drawn from `seed`: nothing else depends on them.
    explicit ReplyWriter(std::uint64_t seed) : m_ids(seed) {}

    /// The line of the Date header; set once a second or so.
    void setDate(std::int64_t secondsSinceEpoch);

    struct Open {
        std::size_t lengthAt = 0;
        std::size_t crcAt = 0;  ///< 0: none.
        std::size_t bodyAt = 0;
        bool headOnly = false;
    };
    Open begin(std::string& out, const ReplyHead& head, const Context& context);
    static void end(std::string& out, const Open& open);

    /// The head of a reply whose length is not known: the body follows in chunks (or, for HTTP/1.0,
    /// ends with the connection).
    void beginStream(std::string& out, const ReplyHead& head, const Context& context);

private:
    void appendCommon(std::string& out, const ReplyHead& head, const Context& context);
    void appendRequestId(std::string& out);

    Prng m_ids;
    std::string m_date = "Thu, 01 Jan 1970 00:00:00 GMT";
};

std::string_view reasonPhrase(int status);

}  // namespace orrery::http
