#pragma once

#include <cstdint>

#include "core/base/time.h"

namespace orrery::cluster {

/// How many requests the replicas of one group serve, by seconds of virtual time.
class GroupLoad {
public:
    struct Rates {
        std::uint32_t readsPerSecond = 0;
        std::uint32_t writesPerSecond = 0;
    };

    void countRead(Instant now);
    void countWrite(Instant now);

    /// Of the last whole second before `now`.
    Rates ratesAt(Instant now) const;
    /// The rates are zero and stay so while no request comes.
    bool isIdleAt(Instant now) const;

private:
    /// The counters as they are in the second of `now`.
    GroupLoad rolledTo(Instant now) const;

    std::int64_t m_second = 0;
    std::uint32_t m_reads = 0;  ///< In that second.
    std::uint32_t m_writes = 0;
    Rates m_before;  ///< In the second before it.
};

}  // namespace orrery::cluster
