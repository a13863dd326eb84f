#pragma once

#include <QtGlobal>

#include <cstdint>
#include <fstream>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "core/base/check.h"

namespace orrery::test {

/// The number of seeds of a simulation: `usual`, with ORRERY_LONG `many`, with ORRERY_SEEDS its
/// value.
inline std::size_t seedCount(std::size_t usual, std::size_t many) {
    if (qEnvironmentVariableIsSet("ORRERY_SEEDS"))
        return static_cast<std::size_t>(qEnvironmentVariableIntValue("ORRERY_SEEDS"));
    return qEnvironmentVariableIsSet("ORRERY_LONG") ? many : usual;
}

/// ORRERY_SEED alone, if it is set; otherwise 1 … count.
inline std::vector<std::uint64_t> firstSeeds(std::size_t count) {
    if (qEnvironmentVariableIsSet("ORRERY_SEED"))
        return {qEnvironmentVariable("ORRERY_SEED").toULongLong()};
    std::vector<std::uint64_t> seeds(count);
    std::iota(seeds.begin(), seeds.end(), 1);
    return seeds;
}

/// ORRERY_SEED alone, if it is set; otherwise `count` seeds from a random start: the only
/// randomness of the tests that comes from no seed.
inline std::vector<std::uint64_t> freshSeeds(std::size_t count) {
    std::vector<std::uint64_t> seeds = firstSeeds(count);
    if (qEnvironmentVariableIsSet("ORRERY_SEED")) return seeds;
    std::random_device device;
    for (std::uint64_t& seed : seeds)
        seed = device() % 1'000'000'000;
    return seeds;
}

/// The seeds of a file that once found a mistake: one per line, `#` begins a comment. None if
/// ORRERY_SEED is set, since that one runs alone.
inline std::vector<std::uint64_t> keptSeeds(const std::string& file) {
    std::vector<std::uint64_t> seeds;
    if (qEnvironmentVariableIsSet("ORRERY_SEED")) return seeds;
    std::ifstream in(file);
    CHECK(in.is_open());
    for (std::string line; std::getline(in, line);) {
        if (!line.empty() && line.front() != '#') seeds.push_back(std::stoull(line));
    }
    return seeds;
}

}  // namespace orrery::test
