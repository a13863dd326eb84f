#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "core/base/prng.h"
#include "tests/cluster/strong_world.h"

namespace orrery::test {

/// What a run was like.
struct StrongSimReport {
    std::string violation;  ///< Empty: nothing.
    std::uint64_t hash = 0;
    int added = 0;
    int conflicts = 0;
    int failures = 0;
    int reads = 0;
    int faults = 0;
    int kills = 0;
};

/// Clients in three Regions count at a few items of a table with strong consistency, over random
/// faults of zones, Regions and links, and kills.
///
/// An item is a counter, and an acknowledged addition shows the number that it made. So the calls
/// are linearizable if each number is made once, and no call shows less than what was acknowledged
/// or shown before it began, nor more than was ever asked for (S8 over all Regions, S13, S18). A
/// call with an error of the service may have added or not.
class StrongSim {
public:
    explicit StrongSim(std::uint64_t seed, cluster::PlantedBug bug = cluster::PlantedBug::None);
    StrongSimReport run();

private:
    struct Counter {
        std::int64_t floor = 0;  ///< Acknowledged or shown.
        std::int64_t asked = 0;  ///< Additions so far.
        std::int64_t added = 0;  ///< Acknowledged.
        std::set<std::int64_t> made;
    };
    struct Call {
        std::string item;
        bool isRead = false;
        std::int64_t floor = 0;  ///< When it began.
    };

    const std::string& drawRegion();
    void begin();
    void changeFaults();
    void kill();
    void collect();
    void judge(const Call& call, const cluster::Answered& answer);
    void judgeEnd();
    void fail(const Counter& counter, const std::string& what, std::int64_t number);

    Prng m_prng;
    StrongWorld m_t;
    std::map<std::string, Counter> m_counters;
    std::map<std::uint64_t, Call> m_calls;
    StrongSimReport m_report;
};

}  // namespace orrery::test
