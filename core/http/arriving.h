#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>

#include "core/base/time.h"

namespace orrery::http {

class Connection;

using Connections = std::map<std::uint64_t, std::shared_ptr<Connection>>;

/// The memory of all large requests that are arriving. A request gets its memory as its bytes
/// come. Once the memory is used up, uploads that have stopped give way: the one that has stopped
/// longest ends first. If none has stopped, the server does not read from further connections until
/// there is room; the one whose request lacks the fewest bytes is then the first to go on.
///
/// One request at a time has a pass: it may arrive whatever the others hold. So there is always one
/// that ends, and the rest cannot wait for each other.
///
/// Small requests are not counted, since the number of connections bounds them.
class Arriving {
public:
    struct Limits {
        std::size_t bytesMax = 0;  ///< Without the request that has the pass.
        Duration stallTime{};      ///< An upload without progress for so long has stopped.
    };

    /// `connections` must outlive this object.
    Arriving(const Connections& connections, const Limits& limits)
        : m_connections(connections), m_limits(limits) {}

    /// True if the input memory of `connection` may become `bytes`. Otherwise the connection
    /// waits, and `serveWaiting` calls its `resumeReading`.
    bool take(Connection& connection, std::size_t bytes);
    /// The input memory of a connection has changed.
    void note(std::uint64_t connection, std::size_t before, std::size_t now);
    /// The connection has closed.
    void forget(std::uint64_t connection) { m_waiting.erase(connection); }
    /// Lets connections that wait read on, as far as there is room.
    void serveWaiting();
    /// All connections have been swept.
    void onSwept(Duration now);

private:
    bool endStalled(const Connection& except);

    const Connections& m_connections;
    const Limits m_limits;
    std::size_t m_bytes = 0;
    std::uint64_t m_withPass = 0;  // A connection, or 0.
    std::map<std::uint64_t, Connection*> m_waiting;
    bool m_serving = false;
    bool m_hasChanged = false;  // Since serveWaiting last looked.
    bool m_maySeeStalled = false;
    Duration m_now{};
};

}  // namespace orrery::http
