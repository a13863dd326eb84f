#include "core/http/arriving.h"

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/http/connection.h"
#include "core/http/input_buffer.h"

namespace orrery::http {
namespace {

std::size_t counted(std::size_t bytes) {
    return bytes > InputBuffer::kHeapBytesMax ? bytes : 0;
}

}  // namespace

bool Arriving::take(Connection& connection, std::size_t bytes) {
    const std::uint64_t id = connection.id();
    if (counted(bytes) == 0 || id == m_withPass) return true;
    const std::size_t before = counted(connection.inputBytes());
    const auto fits = [&] { return m_bytes - before + bytes <= m_limits.bytesMax; };
    // serveWaiting chooses among those that wait.
    if (m_serving || m_waiting.empty()) {
        while (!fits() && endStalled(connection)) {
        }
        if (fits()) return true;
        if (m_withPass == 0) {
            m_withPass = id;
            m_bytes -= before;
            return true;
        }
    }
    m_waiting.emplace(id, &connection);
    m_hasChanged = true;
    return false;
}

void Arriving::note(std::uint64_t connection, std::size_t before, std::size_t now) {
    if (connection == m_withPass) {
        if (counted(now) == 0) m_withPass = 0;
    } else {
        CHECK(m_bytes >= counted(before));
        m_bytes += counted(now) - counted(before);
    }
    if (now < before) m_hasChanged = true;
}

void Arriving::serveWaiting() {
    if (!std::exchange(m_hasChanged, false)) return;
    while (!m_waiting.empty()) {
        const auto least = std::ranges::min_element(
            m_waiting, {}, [](const auto& entry) { return entry.second->inputMissing(); });
        Connection& connection = *least->second;
        m_waiting.erase(least);
        m_serving = true;
        const bool reads = connection.resumeReading();
        m_serving = false;
        if (!reads) break;
    }
    // A connection that waits again has changed nothing.
    m_hasChanged = false;
}

void Arriving::onSwept(Duration now) {
    m_now = now;
    m_maySeeStalled = m_hasChanged = true;
}

bool Arriving::endStalled(const Connection& except) {
    if (!m_maySeeStalled) return false;
    std::shared_ptr<Connection> longest;
    for (const auto& [id, connection] : m_connections) {
        if (connection.get() == &except || !connection->hasStalled(m_now, m_limits.stallTime))
            continue;
        if (!longest || connection->progressAt() < longest->progressAt()) longest = connection;
    }
    if (!longest) return m_maySeeStalled = false;
    longest->close();
    return true;
}

}  // namespace orrery::http
