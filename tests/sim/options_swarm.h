#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "tests/replication/group.h"

namespace orrery::test {

/// Mistakes planted into a run, to show that the judges find them.
enum class SimBug : std::uint8_t {
    None,
    CommitWithoutQuorum,  ///< replication::PlantedBug has the first seven.
    LeaseIgnored,
    PromiseIgnored,
    VoteTwice,
    ServesAfterRelease,
    CopyCommitsLog,
    CopyAwaitsCommit,
    /// The harness, in the leader's part of the table code: a failed condition is answered from the
    /// uncommitted tail at once, without waiting for the record that it saw.
    AnswerFromTail,
    /// In the harness, at the driver: trims a log up to the mark even if its own tree lacks
    /// records.
    TrimAboveUnapplied,
    CopyMarkFirst,  ///< A copy takes the source's mark with its first piece, not its last.
};

enum class FaultKind : std::uint8_t {
    ZoneOutage,
    ShortOutage,  ///< Shorter than any detection time.
    TwoZonesOutage,
    LinkCut,
    OneWayCut,
    Isolation,  ///< All links of a zone.
    Loss,       ///< All links lose some messages.
    StopAndResume,
};
inline constexpr std::uint32_t kFaultKinds = 8;

/// The options of one run, drawn from the seed: each part is on or off or anywhere in its range, so
/// that seeds differ more than variations of one default would (swarm testing).
struct SwarmOptions {
    GroupOptions group;
    SimBug bug = SimBug::None;
    bool appointed = true;  ///< The group begins with a leader.
    std::uint32_t items = 1;
    Duration operationEvery{};  ///< Mean time between operations of all clients.
    std::uint32_t writePercent = 0;
    std::uint32_t strongPercent = 0;
    std::uint32_t conditionPercent = 0;  ///< The remaining percentage: eventual reads.
    Duration faultEvery{};               ///< Mean time between faults.
    Duration faultLength{};              ///< Mean.
    std::uint32_t faultKinds = 0;        ///< A bit for each FaultKind.
    Duration trimEvery{};                ///< 0: logs are not trimmed.
    std::uint32_t trimHeldMax = 0;       ///< Records that a replica which is away can hold back.
    std::uint32_t rangeItems = 1;        ///< Items in a piece of a copy.
    Duration handOverEvery{};            ///< 0: no leader hands over.
    Instant quietFrom;                   ///< No operations between these two,
    Instant quietUntil;                  ///< so that the group comes to rest.
    /// After the other faults, this zone is away for a while, and the others must serve.
    std::optional<ZoneIndex> lastFault;
    bool lastFaultIsOutage = false;  ///< It has no power; otherwise its links are cut.

    static SwarmOptions draw(std::uint64_t seed, SimBug bug);
    /// One line for a person.
    std::string describe() const;
};

}  // namespace orrery::test
