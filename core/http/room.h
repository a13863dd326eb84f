#pragma once

#include <cstddef>
#include <optional>

namespace orrery::http {

/// What a request needs from when it is let in until its answer has left.
struct Needs {
    std::size_t requestBytes = 0;  ///< Held until it is answered.
    std::size_t answerBytes = 0;   ///< What its answer may have at most.
    bool urgent = false;           ///< Let in however full it is: it may be what makes room.

    std::size_t bytes() const { return requestBytes + answerBytes; }
};

/// Counts the memory that all connections together hold for requests under way and for answers
/// that their clients have not taken. A request is let in with all that it may need, so that the
/// bound holds before its answer is made; one that finds no room waits, and its connection is not
/// read from.
///
/// A connection's only request, if it needs little, has room of its own: clients that ask for
/// little and take their answers go on while others have filled the common room.
class Room {
public:
    struct Limits {
        /// Of one connection. Its first request is let in whatever it needs.
        std::size_t connectionBytesMax = 4 * 1024 * 1024;
        /// Of all connections.
        std::size_t bytesMax = 128 * 1024 * 1024;
        /// Beside it, for the small requests under way.
        std::size_t smallBytesMax = 64 * 1024 * 1024;
        std::size_t smallBytes = 512 * 1024;  ///< What is small.
    };
    enum class Pool { Small, Common };

    explicit Room(const Limits& limits) : m_limits(limits) {}

    /// Whether a connection that holds `heldBytes` may hold so much more.
    bool fitsConnection(std::size_t heldBytes, const Needs& needs) const {
        return heldBytes == 0 || heldBytes + needs.bytes() <= m_limits.connectionBytesMax;
    }
    /// The pool that a request of a connection that holds `heldBytes` belongs to.
    Pool poolOf(std::size_t heldBytes, const Needs& needs) const {
        const bool small = heldBytes == 0 && needs.bytes() <= m_limits.smallBytes;
        return small ? Pool::Small : Pool::Common;
    }
    /// Takes room for a request, if there is some.
    bool take(Pool pool, const Needs& needs);
    /// Gives it back.
    void release(Pool pool, std::size_t bytes);
    /// Answers written and not taken: now so many, noted as `noted` before.
    void noteUnsent(std::size_t noted, std::size_t now) { m_common += now - noted; }

    /// Bytes under way and unsent.
    std::size_t bytes() const { return m_common + m_small; }

private:
    const Limits m_limits;
    std::size_t m_common = 0;  // Requests let in and answers not taken.
    std::size_t m_small = 0;   // Small requests let in.
};

}  // namespace orrery::http
