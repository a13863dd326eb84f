#include "core/base/prng.h"

#include <array>
#include <cstddef>

#include "core/base/check.h"
#include "core/base/hash.h"

namespace orrery {
namespace {

// -ln(1 - (i + 0.5) / 256) in units of 2^-20, i = 0 … 255: the inverse of the exponential
// distribution at the middle of 256 equal slices. Integers, so that every platform draws alike.
constexpr std::size_t kSlices = 256;
constexpr std::uint64_t kUnit = std::uint64_t{1} << 20;

/// ln(2^bits · q / 2^bits) by repeated squaring, in fixed point; constexpr and exact on every host.
constexpr std::uint64_t negativeLog(std::uint64_t numerator, std::uint64_t denominator) {
    // x = denominator / numerator >= 1 as a 2.30 fixed-point mantissa and a binary exponent.
    std::uint64_t exponent = 0;
    std::uint64_t scaled = numerator;
    while (scaled * 2 <= denominator) {
        scaled *= 2;
        ++exponent;
    }
    std::uint64_t mantissa = (denominator << 30) / scaled;  // In [1, 2) · 2^30.
    std::uint64_t log2 = exponent << 24;
    for (int bit = 23; bit >= 0; --bit) {
        mantissa = (mantissa * mantissa) >> 30;
        if (mantissa >= (std::uint64_t{2} << 30)) {
            mantissa >>= 1;
            log2 |= std::uint64_t{1} << bit;
        }
    }
    constexpr std::uint64_t kLn2 = 726817;  // ln 2 · 2^20.
    return (log2 * kLn2) >> 24;
}

constexpr std::array<std::uint64_t, kSlices> makeTable() {
    std::array<std::uint64_t, kSlices> table{};
    for (std::size_t i = 0; i < kSlices; ++i)
        table[i] = negativeLog(2 * (kSlices - i) - 1, 2 * kSlices);
    return table;
}

constexpr std::array<std::uint64_t, kSlices> kExponential = makeTable();

}  // namespace

Prng Prng::stream(std::uint64_t seed, std::string_view purpose, std::uint64_t id) {
    Hash64 hash;
    hash.add(seed);
    hash.add(purpose);
    hash.add(id);
    return Prng(hash.value());
}

std::uint64_t Prng::below(std::uint64_t bound) {
    CHECK(bound > 0);
    const std::uint64_t limit = UINT64_MAX - UINT64_MAX % bound;
    std::uint64_t value = next();
    while (value >= limit)
        value = next();
    return value % bound;
}

std::uint64_t Prng::exponential(std::uint64_t mean) {
    // The last slice is the tail: one draw in 256 falls there and draws again from its start, since
    // the exponential distribution is memoryless.
    std::uint64_t units = 0;
    std::uint64_t slice = below(kSlices);
    if (slice == kSlices - 1) {
        units = negativeLog(1, kSlices);
        slice = below(kSlices);
    }
    units += kExponential[slice];
    return mean / kUnit * units + mean % kUnit * units / kUnit;
}

std::uint64_t Prng::next() {
    // SplitMix64.
    std::uint64_t z = (m_state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

}  // namespace orrery
