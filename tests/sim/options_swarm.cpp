#include "tests/sim/options_swarm.h"

#include <chrono>

namespace orrery::test {
namespace {

using namespace std::chrono_literals;

Duration between(Prng& prng, Duration low, Duration high) {
    const auto width = static_cast<std::uint64_t>((high - low).count());
    return low + Duration(static_cast<std::int64_t>(prng.below(width + 1)));
}

/// Delays of a profile: none, like the service's, or bad.
sim::LinkDelay drawDelay(Prng& prng, Duration bad) {
    switch (prng.below(3)) {
        case 0:
            return {};
        case 1:
            return {500us, 300us};
        default:
            return {between(prng, 0ms, bad), between(prng, 1us, bad)};
    }
}

replication::PlantedBug replicaBug(SimBug bug) {
    switch (bug) {
        case SimBug::CommitWithoutQuorum:
            return replication::PlantedBug::CommitWithoutQuorum;
        case SimBug::LeaseIgnored:
            return replication::PlantedBug::LeaseIgnored;
        case SimBug::PromiseIgnored:
            return replication::PlantedBug::PromiseIgnored;
        case SimBug::VoteTwice:
            return replication::PlantedBug::VoteTwice;
        case SimBug::ServesAfterRelease:
            return replication::PlantedBug::ServesAfterRelease;
        case SimBug::CopyCommitsLog:
            return replication::PlantedBug::CopyCommitsLog;
        case SimBug::CopyAwaitsCommit:
            return replication::PlantedBug::CopyAwaitsCommit;
        case SimBug::None:
        case SimBug::AnswerFromTail:
        case SimBug::TrimAboveUnapplied:
        case SimBug::CopyMarkFirst:
            break;
    }
    return replication::PlantedBug::None;
}

std::string milliseconds(Duration duration) {
    return std::to_string(duration.count() / 1'000'000) + "." +
           std::to_string(duration.count() / 100'000 % 10) + "ms";
}

}  // namespace

SwarmOptions SwarmOptions::draw(std::uint64_t seed, SimBug bug) {
    Prng prng = Prng::stream(seed, "swarm");
    SwarmOptions options;
    options.bug = bug;
    options.group.seed = seed;
    options.group.delays.interZone = drawDelay(prng, 15ms);
    options.group.disk = drawDelay(prng, 10ms);
    options.group.replica.plantedBug = replicaBug(bug);
    options.group.replica.batchRecordsMax = prng.chance({1, 4}) ? 2 : 64;
    options.group.replica.windowRecordsMax = prng.chance({1, 4}) ? 32 : 1024;
    if (prng.chance({1, 3})) {
        // Candidates collide more often.
        options.group.replica.campaignJitter = 0ms;
        options.group.replica.yieldDelay = 0ms;
    }
    options.appointed = prng.chance({3, 4});
    options.items = static_cast<std::uint32_t>(1 + prng.below(12));
    options.operationEvery = between(prng, 3ms, 30ms);
    options.writePercent = static_cast<std::uint32_t>(20 + prng.below(50));
    options.strongPercent = static_cast<std::uint32_t>(prng.below(20));
    options.conditionPercent = static_cast<std::uint32_t>(prng.below(20));
    options.faultEvery = between(prng, 300ms, 2500ms);
    // Half of the seeds have faults longer than a lease, for elections.
    options.faultLength =
        prng.chance({1, 2}) ? between(prng, 100ms, 1500ms) : between(prng, 2000ms, 5000ms);
    options.faultKinds = static_cast<std::uint32_t>(1 + prng.below((1u << kFaultKinds) - 1));
    if (prng.chance({1, 3})) {
        options.quietFrom = Instant(between(prng, 500ms, 2000ms));
        options.quietUntil = options.quietFrom + between(prng, 1000ms, 4000ms);
    }
    if (prng.chance({2, 3})) {
        options.trimEvery = between(prng, 20ms, 400ms);
        options.trimHeldMax = static_cast<std::uint32_t>(prng.below(12));
        options.rangeItems = static_cast<std::uint32_t>(1 + prng.below(3));
        // A larger copy takes longer, so that more happens during it.
        if (prng.chance({1, 2})) {
            options.items = static_cast<std::uint32_t>(20 + prng.below(40));
            ++options.rangeItems;
        }
    }
    if (prng.chance({1, 2})) options.handOverEvery = between(prng, 50ms, 2000ms);
    if (prng.chance({1, 2})) {
        options.lastFault = ZoneIndex(static_cast<std::uint8_t>(prng.below(kZonesPerRegion)));
        options.lastFaultIsOutage = prng.chance({1, 2});
    }
    return options;
}

std::string SwarmOptions::describe() const {
    return "network " + milliseconds(group.delays.interZone.base) + "+" +
           milliseconds(group.delays.interZone.jitter) + " disk " + milliseconds(group.disk.base) +
           "+" + milliseconds(group.disk.jitter) + " window " +
           std::to_string(group.replica.windowRecordsMax) + " batch " +
           std::to_string(group.replica.batchRecordsMax) + " items " + std::to_string(items) +
           " operations every " + milliseconds(operationEvery) + " (" +
           std::to_string(writePercent) + " % writes, " + std::to_string(strongPercent) +
           " % strong, " + std::to_string(conditionPercent) + " % conditions) faults every " +
           milliseconds(faultEvery) + " for " + milliseconds(faultLength) + " of kinds " +
           std::to_string(faultKinds) + ", logs trimmed every " + milliseconds(trimEvery) +
           " but for " + std::to_string(trimHeldMax) + " records, leaders hand over every " +
           milliseconds(handOverEvery) +
           (lastFault ? std::string(", zone ") + zoneLetter(*lastFault) +
                            (lastFaultIsOutage ? " without power" : " cut off") + " at last"
                      : "");
}

}  // namespace orrery::test
