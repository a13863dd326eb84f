#include "core/http/room.h"

#include "core/base/check.h"

namespace orrery::http {

bool Room::take(Pool pool, const Needs& needs) {
    const std::size_t bytes = needs.bytes();
    if (pool == Pool::Small) {
        // Answers of small requests stay in the common room until their clients take them.
        const bool fits = m_small + bytes <= m_limits.smallBytesMax &&
                          m_common <= m_limits.bytesMax + m_limits.smallBytesMax;
        if (!fits && !needs.urgent) return false;
        m_small += bytes;
        return true;
    }
    // A request larger than the whole room gets it alone.
    if (m_common > 0 && m_common + bytes > m_limits.bytesMax && !needs.urgent) return false;
    m_common += bytes;
    return true;
}

void Room::release(Pool pool, std::size_t bytes) {
    std::size_t& held = pool == Pool::Small ? m_small : m_common;
    CHECK(held >= bytes);
    held -= bytes;
}

}  // namespace orrery::http
