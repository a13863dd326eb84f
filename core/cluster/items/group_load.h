#pragma once

#include <cstdint>

#include "core/base/time.h"

namespace orrery::cluster {

/// The request rates of one group's replicas, per second of virtual time.
class GroupLoad {
public:
    struct Rates {
        std::uint32_t readsPerSecond = 0;
        std::uint32_t writesPerSecond = 0;
    };

    void countRead(Instant now);
    void countWrite(Instant now);

    /// The rates of the last whole second before `now`.
    Rates ratesAt(Instant now) const;
    /// True if the rates are zero and stay so until the next request.
    bool isIdleAt(Instant now) const;

private:
    /// The counters, moved to the second of `now`.
    GroupLoad rolledTo(Instant now) const;

    std::int64_t m_second = 0;
    std::uint32_t m_reads = 0;  ///< In the current second.
    std::uint32_t m_writes = 0;
    Rates m_before;  ///< In the second before it.
};

}  // namespace orrery::cluster
