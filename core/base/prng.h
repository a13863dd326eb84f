#pragma once

#include <cstdint>
#include <string_view>

namespace orrery {

/// A probability as a fraction, so that no decision uses floating point.
struct Ratio {
    std::uint32_t numerator;
    std::uint32_t denominator;
};

/// The only source of randomness in `core`. Its output is part of the seed's meaning: a change to
/// this class invalidates every seed in tests/sim/seeds.txt.
class Prng {
public:
    explicit Prng(std::uint64_t seed) : m_state(seed) {}

    /// An independent stream, derived from the seed and a purpose, not from the current state: one
    /// more dropped packet does not shift the next outage, and a new partition does not shift the
    /// streams of the others.
    static Prng stream(std::uint64_t seed, std::string_view purpose, std::uint64_t id = 0);

    bool chance(Ratio ratio) { return below(ratio.denominator) < ratio.numerator; }

    /// Uniform in [0, bound), by rejection; std::uniform_int_distribution differs by library.
    std::uint64_t below(std::uint64_t bound);

    /// Exponentially distributed with the given mean, from an integer table of the inverse
    /// distribution; at most about eleven times the mean.
    std::uint64_t exponential(std::uint64_t mean);

private:
    std::uint64_t next();

    std::uint64_t m_state;
};

}  // namespace orrery
