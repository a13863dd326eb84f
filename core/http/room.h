#pragma once

#include <cstddef>
#include <optional>

namespace orrery::http {

/// The memory that a request needs from its admission until its answer has left.
struct Needs {
    std::size_t requestBytes = 0;  ///< Held until the answer is written.
    std::size_t answerBytes = 0;   ///< The maximum size of its answer.
    bool urgent = false;  ///< Admitted even if the room is full, since it may be what frees room.

    std::size_t bytes() const { return requestBytes + answerBytes; }
};

/// Counts the memory that all connections together hold for requests in progress and for answers
/// that their clients have not taken. A request is admitted with the maximum that it may need, so
/// the bound holds before its answer exists. A request for which there is no room waits, and the
/// server does not read from its connection.
///
/// A connection's only request has a separate pool if it needs little. So clients that ask for
/// little and take their answers are served while others have filled the common room.
class Room {
public:
    struct Limits {
        /// Per connection. Its first request is admitted whatever it needs.
        std::size_t connectionBytesMax = 4 * 1024 * 1024;
        /// For all connections together.
        std::size_t bytesMax = 128 * 1024 * 1024;
        /// In addition, for small requests in progress.
        std::size_t smallBytesMax = 64 * 1024 * 1024;
        std::size_t smallBytes = 512 * 1024;  ///< The limit for a small request.
    };
    enum class Pool { Small, Common };

    explicit Room(const Limits& limits) : m_limits(limits) {}

    /// True if a connection that holds `heldBytes` may hold that much more.
    bool fitsConnection(std::size_t heldBytes, const Needs& needs) const {
        return heldBytes == 0 || heldBytes + needs.bytes() <= m_limits.connectionBytesMax;
    }
    /// The pool for a request of a connection that holds `heldBytes`.
    Pool poolOf(std::size_t heldBytes, const Needs& needs) const {
        const bool small = heldBytes == 0 && needs.bytes() <= m_limits.smallBytes;
        return small ? Pool::Small : Pool::Common;
    }
    /// Reserves room for a request, if there is enough.
    bool take(Pool pool, const Needs& needs);
    /// Returns the room.
    void release(Pool pool, std::size_t bytes);
    /// Counts answers that are written and not taken: `now` bytes, `noted` bytes before.
    void noteUnsent(std::size_t noted, std::size_t now) { m_common += now - noted; }

    /// Bytes in progress and unsent.
    std::size_t bytes() const { return m_common + m_small; }

private:
    const Limits m_limits;
    std::size_t m_common = 0;  // Admitted requests, and answers not taken.
    std::size_t m_small = 0;   // Admitted small requests.
};

}  // namespace orrery::http
