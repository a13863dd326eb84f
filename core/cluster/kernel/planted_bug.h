#pragma once

#include <cstdint>

namespace orrery::cluster {

/// Mistakes that a world can be told to make, so that a test can show that the judges of a
/// simulation find them. For tests only; nothing outside of tests/ sets one.
enum class PlantedBug : std::uint8_t {
    None,
    CountersEarly,        ///< The next ids are saved before the groups of an index take theirs.
    IndexCursorLate,      ///< The cursor of an index is behind what its log has taken.
    SpaceUsedAgain,       ///< A new key space is one whose old keys are still to be given back.
    OutboxForgotten,      ///< A leader lost what it had not sent, and the next one skips it.
    FillCursorEarly,      ///< A filling is said to be further than the log of its index is.
    BackfillSkips,        ///< What is written while an index is filled does not reach it.
    TimestampsForgotten,  ///< After a restart, commit timestamps begin with what the calendar says.
    LeavesTwoBehind,      ///< The trim mark passes two replicas of a group at once.
    CopyCountsEarly,      ///< The counts that come with a copy are taken for those of before.
    GroupLeftBehind,      ///< What the logs have of an index outlives it.
    HealingUnheard,       ///< A leader is not told that it hears a zone again.
    TailUnsettled,        ///< A resumed leader serves before the end of its log is committed.
};

}  // namespace orrery::cluster
