#pragma once

#include <chrono>
#include <cstdint>

#include "core/base/time.h"

namespace orrery::replication {

/// Mistakes that a replica can be told to make, so that a test can show that the checkers of a
/// simulation find them. For tests only; nothing outside of tests/ sets one.
enum class PlantedBug : std::uint8_t {
    None,
    CommitWithoutQuorum,  ///< The leader takes a record for committed once it has it itself.
    LeaseIgnored,         ///< The leader serves without asking whether its lease still runs.
    PromiseIgnored,       ///< A voter votes while its promise to the leader runs.
    VoteTwice,            ///< A voter forgets whom it voted for in this term.
    ServesAfterRelease,   ///< A leader hands over and goes on as one.
    TailUnsettled,        ///< A resumed leader serves before the end of its log is committed.
};

/// The times of a group (assumptions O3 and O4) and the bounds of its messages. Shared by all
/// replicas of a world and outlives them; times may change while it runs, all but `lease`.
struct ReplicaOptions {
    /// How long a follower that answered the leader votes for nobody else.
    Duration lease = std::chrono::milliseconds(2000);
    /// How long the leader of a group that is awake leaves a follower without a message.
    Duration renew = std::chrono::milliseconds(500);
    /// How long a follower of a group that is awake waits for a message before it checks with the
    /// others, and by how much more at random.
    Duration electionDelay = std::chrono::milliseconds(600);
    Duration electionJitter = std::chrono::milliseconds(150);
    /// Spreads the campaigns of followers whose promises end together.
    Duration campaignJitter = std::chrono::milliseconds(20);
    /// How long a replica lets another campaign first, of two that wait for the same promises.
    Duration yieldDelay = std::chrono::milliseconds(150);
    /// A check that finds no majority is repeated, each time after twice as long, up to this.
    Duration checkDelayMax = std::chrono::milliseconds(5000);
    std::uint32_t batchRecordsMax = 64;     ///< Records in one AppendRequest.
    std::uint32_t windowRecordsMax = 1024;  ///< Records under way to one follower.
    PlantedBug plantedBug = PlantedBug::None;
};

}  // namespace orrery::replication
