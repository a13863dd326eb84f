#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "core/base/prng.h"
#include "core/http/content_coding.h"

namespace orrery::http {

/// The head of a reply.
struct ReplyHead {
    int status = 200;
    std::string_view contentType = "application/x-amz-json-1.0";
    /// More headers, each with its line end: "x-orrery-replica: us-east-1b\r\n".
    std::string_view extra{};
    bool crc = true;  ///< Adds x-amz-crc32, as the service does.
};

/// Appends replies to a connection's output, each in one piece: it writes the head with space for
/// the length and the checksum, the caller appends the body, and `end` fills in the two numbers. No
/// body is copied unless it is compressed.
class ReplyWriter {
public:
    /// The facts about the request that a reply depends on.
    struct Context {
        bool keepAlive = true;
        bool http10 = false;
        bool headOnly = false;  ///< A HEAD request: the reply has no body.
        /// The origin of the page that may read the reply, or "*"; empty: none.
        std::string allowOrigin{};
        /// What the client accepts; used for the service's answers that are larger than 4 KB, up to
        /// 1 MB.
        Coding coding = Coding::Identity;
    };

    /// Draws request ids from `seed`; nothing else depends on them.
    explicit ReplyWriter(std::uint64_t seed) : m_ids(seed) {}

    /// Sets the Date header; call it about once a second.
    void setDate(std::int64_t secondsSinceEpoch);

    struct Open {
        std::size_t lengthAt = 0;
        std::size_t crcAt = 0;  ///< 0: none.
        std::size_t bodyAt = 0;
        bool headOnly = false;
        Coding coding = Coding::Identity;
    };
    Open begin(std::string& out, const ReplyHead& head, const Context& context);
    static void end(std::string& out, Open open);

    /// The head of a reply whose length is not known: the body follows in chunks (or, for HTTP/1.0,
    /// ends with the connection).
    void beginStream(std::string& out, const ReplyHead& head, const Context& context);

private:
    static void compress(std::string& out, Open& open);
    void appendCommon(std::string& out, const ReplyHead& head, const Context& context);
    void appendRequestId(std::string& out);

    Prng m_ids;
    std::string m_date = "Thu, 01 Jan 1970 00:00:00 GMT";
};

std::string_view reasonPhrase(int status);

}  // namespace orrery::http
