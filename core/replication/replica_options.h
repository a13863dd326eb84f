#pragma once

#include <chrono>
#include <cstdint>

#include "core/base/time.h"

namespace orrery::replication {

/// Bugs that a test plants in a replica to show that a simulation's checkers find them. Only tests
/// set one.
enum class PlantedBug : std::uint8_t {
    None,
    CommitWithoutQuorum,  ///< The leader commits a record once its own disk has it.
    LeaseIgnored,         ///< The leader serves without checking its lease.
    PromiseIgnored,       ///< A voter votes despite its promise to the leader.
    VoteTwice,            ///< A voter forgets its vote in this term.
    ServesAfterRelease,   ///< A leader continues after handing over.
    TailUnsettled,        ///< A resumed leader serves before the end of its log is committed.
    CopyCommitsLog,       ///< A leader takes its log for committed when it is asked for a copy.
    CopyAwaitsCommit,     ///< A leader sends no copy before it has committed a record.
};

/// The timing of a group (assumptions O3 and O4) and the limits of its messages. All replicas of a
/// world share one; it must outlive them. Everything except `lease` may change while the world
/// runs.
struct ReplicaOptions {
    /// For this long, a follower that answered the leader votes for no other.
    Duration lease = std::chrono::milliseconds(2000);
    /// Maximum time between a leader's messages to a follower in a group that is awake.
    Duration renew = std::chrono::milliseconds(500);
    /// How long a follower in a group that is awake waits for a message before it checks with the
    /// others. `electionJitter` is the upper limit of a random addition.
    Duration electionDelay = std::chrono::milliseconds(600);
    Duration electionJitter = std::chrono::milliseconds(150);
    /// Spreads the campaigns of followers whose promises end together.
    Duration campaignJitter = std::chrono::milliseconds(20);
    /// How long the second of two replicas waiting for the same promises lets the first one
    /// campaign.
    Duration yieldDelay = std::chrono::milliseconds(150);
    /// A check without a majority is repeated with a doubling delay, up to this.
    Duration checkDelayMax = std::chrono::milliseconds(5000);
    std::uint32_t batchRecordsMax = 64;     ///< Per AppendRequest.
    std::uint32_t windowRecordsMax = 1024;  ///< In flight to one follower.
    PlantedBug plantedBug = PlantedBug::None;
};

}  // namespace orrery::replication
