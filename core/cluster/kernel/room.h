#pragma once

#include <cstdint>

#include "core/base/ids.h"

namespace orrery::cluster {

/// LMDB gives a large value whole pages of this size.
inline constexpr std::uint64_t kPageBytes = 4096;

/// What takes room in the store. Each leaves some for those after it.
enum class RoomFor : std::uint8_t {
    OwnWork,   ///< What fills an index or a replica in another Region.
    Growth,    ///< Items that clients write.
    CatchUp,   ///< Records that a replica lacks, without which there may be no quorum.
    Deletion,  ///< Items that clients delete, or that expire.
};

/// The room that this leaves for others. Nobody counts what drops whole tables and indexes: what
/// deletions leave is for them.
constexpr std::uint64_t reserveOf(RoomFor what) {
    switch (what) {
        case RoomFor::OwnWork:
            return 4u << 20;
        case RoomFor::Growth:
            return 2u << 20;
        case RoomFor::CatchUp:
            return 1u << 20;
        case RoomFor::Deletion:
            return 512u << 10;
    }
    return 0;
}

/// The room for a value of so many bytes in the logs and trees of all zones of a Region.
constexpr std::uint64_t roomInAllZones(std::uint64_t bytes) {
    return 2 * kZonesPerRegion * (kPageBytes + bytes);
}

/// How many bytes the store can still take, as the driver last estimated. What is about to be
/// written takes what it may cost at most, so that it never takes more than there is.
class Room {
public:
    /// The maximum is no limit.
    void set(std::uint64_t bytes, bool takesGrowth) {
        m_bytes = bytes;
        m_takesGrowth = takesGrowth;
        m_lacks = false;
    }
    bool isLimited() const { return m_bytes != UINT64_MAX || !m_takesGrowth; }

    bool has(RoomFor what, std::uint64_t bytes) const {
        const bool isAllowed = what >= RoomFor::CatchUp || m_takesGrowth;
        if (!isAllowed || m_bytes == UINT64_MAX) return isAllowed;
        const std::uint64_t reserve = reserveOf(what);
        return m_bytes >= reserve && bytes <= m_bytes - reserve;
    }
    /// False, and takes nothing, if there is not enough.
    bool take(RoomFor what, std::uint64_t bytes) {
        if (has(what, bytes)) {
            if (m_bytes != UINT64_MAX) m_bytes -= bytes;
            return true;
        }
        m_lacks = m_lacks || what == RoomFor::Growth;
        return false;
    }
    /// True if there was not enough for an item since `set`.
    bool lacks() const { return m_lacks; }

private:
    std::uint64_t m_bytes = UINT64_MAX;
    bool m_takesGrowth = true;
    bool m_lacks = false;
};

}  // namespace orrery::cluster
